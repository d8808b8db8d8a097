import { EMPTY } from "../../../../models/catalog/empty.ts";
import { openGallery } from "../../../../models/gallery/gallery_reader.ts";
import { GalleryMatrix } from "../../../../models/gallery/gallery_matrix.ts";
import { encodeFrame, type Frame, FrameReader } from "../../../../node/engine/process/frames.ts";
import { RemoteEngineLauncher, serveLauncher } from "../../../../node/engine/process/engine_launcher.ts";
import {
  frameOfReply,
  frameOfRequest,
  galleryPart,
  replyOf,
  requestOf,
} from "../../../../node/engine/process/message_frames.ts";
import type { FromWorker, ToWorker } from "../../../../node/engine/worker_protocol.ts";
import { MemoryBlobStore } from "../../../../protocol/blob/memory_blob_store.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { putGallery } from "../../../models/gallery/built_gallery.ts";
import { digest, nobody } from "../../instructions.ts";

/** Returns the frame as the other side reads it. */
async function sent(frame: Frame): Promise<Frame> {
  const bytes = concat(encodeFrame(frame));
  let at = 0;
  const read = (buffer: Uint8Array) => {
    const taken = bytes.subarray(at, at + buffer.length);
    buffer.set(taken);
    at += taken.length;
    return Promise.resolve(taken.length === 0 ? null : taken.length);
  };
  return (await new FrameReader({ read }, null).next(galleryPart))!;
}

const RUN = { annotate: true, embeddings: false, gallery: null, crops: false, manifestDigest: digest(1) } as const;

const PACKED = { tensors: [{ name: "y", type: "uint8" as const, dims: [1], size: 1 }] };

Deno.test("requestOf() returns the message that frameOfRequest() was given", async () => {
  const files = new Map([["detect", Uint8Array.of(1, 2)], ["embed", new Uint8Array(0)]]);
  const messages: ToWorker[] = [
    { type: "start", id: 1, patchesEngine: true, memoryBytes: 1e9 },
    { type: "load", id: 2, manifestDigest: digest(2), name: "empty@1", manifest: EMPTY.manifest, files, warmUp: true },
    { type: "run", id: 3, image: Uint8Array.of(9), ...RUN },
    { type: "run", id: 4, image: null, ...RUN },
    { type: "asset", name: "font.ttf", bytes: Uint8Array.of(5) },
    { type: "assetMissing", name: "font.ttf", reason: "It is gone." },
    { type: "setGallery", id: 5, name: "staff", view: null },
  ];
  for (const message of messages) assertEquals(requestOf(await sent(frameOfRequest(message, []))), message);
});

Deno.test("frameOfRequest() takes over the buffers that are transferred, and throws if one is gone", () => {
  const image = Uint8Array.of(1, 2, 3);
  const message: ToWorker = { type: "run", id: 1, image, ...RUN };
  const { parts } = frameOfRequest(message, [image.buffer]);
  assertEquals([image.length, [...parts[0]]], [0, [1, 2, 3]]);
  assertThrows(() => frameOfRequest(message, [image.buffer]), TypeError);
});

for (const name of ["Béla", "Bela", "Bel", "Be"]) {
  Deno.test(`a gallery names ${name} in another process too`, async () => {
    const store = new MemoryBlobStore();
    const face = (index: number) => Float32Array.from({ length: 8 }, (_, at) => at === index ? 1 : 0);
    const people = ["Ada", name].map((name, index) => ({ id: `p${index}`, name, faces: [face(index)], rejected: [] }));
    const { index } = await putGallery(store, { gallery: "staff", version: 3, embedder: digest("e"), people });
    const view = await new GalleryMatrix(index).update(index, (bucket) => store.read(bucket));
    const message: ToWorker = { type: "setGallery", id: 1, name: "staff", view };
    const received = requestOf(await sent(frameOfRequest(message, [])));
    if (received.type !== "setGallery" || received.view === null) throw new Error("it is a gallery");
    assertEquals(received.view.version, 3);
    const nearest = openGallery(received.view).match(face(1), { countMax: 2 });
    assertEquals(nearest, openGallery(view).match(face(1), { countMax: 2 }));
    assertEquals(nearest[0].name, name);
  });
}

Deno.test("replyOf() returns the message that frameOfReply() was given", async () => {
  const ran = { type: "ran", id: 7, prediction: nobody() } as const;
  const messages: FromWorker[] = [
    { type: "loaded", id: 1, resident: { bytes: 5, grownBytes: 2 } },
    { type: "measured", id: 2, imagesPerSecond: 3.5 },
    { type: "failed", id: 3, code: "image_unreadable", reason: "It is damaged." },
    { ...ran, annotated: null, crops: [] },
    { ...ran, annotated: Uint8Array.of(1), crops: [Uint8Array.of(2), Uint8Array.of(3)] },
    { ...ran, prediction: { ...nobody(), packed: PACKED }, annotated: null, crops: [], tensorBytes: Uint8Array.of(4) },
    { type: "assetRequested", name: "font.ttf" },
    { type: "enginePatchSkipped" },
  ];
  for (const message of messages) assertEquals(replyOf(await sent(frameOfReply(message))), message);
});

Deno.test("replyOf() refuses what no worker says, and fails a prediction that is none", () => {
  const odd = [
    null,
    "started",
    { type: "started" },
    { type: "loaded", id: 1, resident: { bytes: 5, grownBytes: 2 }, more: 1 },
    { type: "exec", id: 1 },
    {
      type: "measured",
      id: 1,
      imagesPerSecond: -1,
    },
    { type: "assetRequested", name: "/etc/passwd" },
    { type: "ran", id: 1, prediction: nobody(), isAnnotated: true },
  ];
  for (const head of odd) {
    const error = assertThrows(() => replyOf({ head, parts: [] }), DmlError) as DmlError;
    assertEquals(error.code, "message_invalid");
  }
  const blob = { digest: digest(3), size: 1 };
  const wrong: [prediction: object, tensors: { hasTensors?: true }, parts: Uint8Array[]][] = [
    [{ persons: "many" }, {}, []],
    [{ packed: PACKED }, {}, []],
    [{}, { hasTensors: true }, [Uint8Array.of(1)]],
    [{ packed: { ...PACKED, blob } }, { hasTensors: true }, [Uint8Array.of(1)]],
  ];
  for (const [fields, tensors, parts] of wrong) {
    const prediction = { ...nobody(), ...fields };
    const failed = replyOf({ head: { type: "ran", id: 4, prediction, isAnnotated: false, ...tensors }, parts });
    assertEquals([failed.type, "code" in failed && failed.code], ["failed", "engine_failed"]);
  }
});

Deno.test("serveLauncher() does what a role may ask for, and nothing else", async () => {
  const { port1, port2 } = new MessageChannel();
  const asked: unknown[] = [];
  serveLauncher(port2, {
    start: (start) => void asked.push(start),
    kill(key) {
      asked.push(key);
      return Promise.resolve();
    },
  });
  const start = { key: 1, port: 2_000, secret: "a".repeat(64), memoryBytes: 1 };
  for (const odd of [{ ...start, secret: "x; true" }, { ...start, port: "1; true" }, { ...start, key: 1.5 }]) {
    port1.postMessage({ start: odd });
  }
  port1.postMessage({ run: ["true"] });
  const launcher = new RemoteEngineLauncher(port1);
  launcher.start(start);
  await launcher.kill(1);
  assertEquals(asked, [start, 1]);
  launcher.close();
  port2.close();
});
