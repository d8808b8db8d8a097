/**
 * A worker that speaks the protocol of the worker pool and obeys the text of each picture, to test
 * the pool without an engine.
 */
import type { GalleryView } from "../../../models/gallery/gallery_view.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { FromWorker, ToWorker, WorkerRequest } from "../../../node/engine/worker_protocol.ts";
import { nobody } from "../instructions.ts";

interface WorkerScope {
  onmessage: (event: MessageEvent<ToWorker[]>) => void;
  postMessage(messages: FromWorker[], transfer?: ArrayBuffer[]): void;
}
declare const self: WorkerScope;

const loaded = new Set<string>();
const galleries = new Map<string, GalleryView>();
/**
 * Random name of this worker, returned as the width of its predictions; the height is the number of
 * loaded models.
 */
const [name] = crypto.getRandomValues(new Uint32Array(1));

self.onmessage = ({ data }) => {
  for (const message of data) take(message);
};

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  self.postMessage([message], transfer);
}

function take(data: ToWorker): void {
  switch (data.type) {
    case "start":
      return post({ type: "started", id: data.id, resident: null });
    case "load":
      return load(data);
    case "measure":
      return measure(data);
    case "unload":
      loaded.delete(data.manifestDigest);
      return post({ type: "unloaded", id: data.id, resident: null });
    case "setGallery":
      if (data.view === null) galleries.delete(data.name);
      else galleries.set(data.name, data.view);
      return post({ type: "gallerySet", id: data.id });
    case "run":
      return run(data);
    case "asset":
      return asked.done(data.bytes.length);
    case "assetMissing":
      return fail(asked.id, "assets_missing", data.reason);
  }
}

/** The request to continue when the requested asset arrives. */
let asked: { readonly id: number; readonly done: (byteCount: number) => void };
/** Models that request an asset when they are measured. */
const askingLate = new Set<string>();

function ask(id: number, done: (byteCount: number) => void): void {
  asked = { id, done };
  post({ type: "assetRequested", name: "font.ttf" });
}

function load({ id, manifestDigest, files }: Extract<WorkerRequest, { type: "load" }>): void {
  if (files.has("bad")) return fail(id, "engine_failed", "The model file is bad.");
  if (files.has("deadly")) throw new Error("deadly model file");
  if (files.has("askingLate")) askingLate.add(manifestDigest);
  const done = () => {
    loaded.add(manifestDigest);
    post({ type: "loaded", id, resident: null });
  };
  if (files.has("asking")) ask(id, done);
  else done();
}

function measure({ id, manifestDigest }: Extract<WorkerRequest, { type: "measure" }>): void {
  const done = () => post({ type: "measured", id, imagesPerSecond: 12 });
  if (askingLate.has(manifestDigest)) ask(id, done);
  else done();
}

function run({ id, manifestDigest, image, annotate }: Extract<WorkerRequest, { type: "run" }>): void {
  if (!loaded.has(manifestDigest)) return fail(id, "model_unknown", "It is not loaded.");
  const text = image === null ? "" : new TextDecoder().decode(image);
  if (text === "die") throw new Error("asked to die");
  if (text === "hang") return;
  if (text === "broken") return fail(id, "engine_failed", "The engine broke.");
  if (text === "unreadable") return fail(id, "image_unreadable", "It is damaged.");
  if (text === "permissions") return fail(id, "image_unreadable", heldPermissions());
  if (text === "asset") return ask(id, (byteCount) => post(ran(id, byteCount)));
  const reply = ran(id, name);
  if (!annotate) return post(reply);
  const annotated = new TextEncoder().encode(text);
  post({ ...reply, annotated }, [annotated.buffer]);
}

/** Returns a text with the kinds of permission of which this thread holds at least a part. */
function heldPermissions(): string {
  const kinds = ["net", "read", "write", "env", "sys", "run", "ffi", "import"] as const;
  const held = kinds.filter((name) => {
    const { state, partial } = Deno.permissions.querySync({ name });
    return state === "granted" || partial;
  });
  return `It holds: ${held.join(", ") || "nothing"}.`;
}

/** Returns a prediction that names the first gallery this worker was given. */
function ran(id: number, width: number): Extract<FromWorker, { type: "ran" }> {
  const [gallery] = galleries.values();
  const asked = gallery === undefined ? {} : { gallery: { name: gallery.gallery, version: gallery.version } };
  return {
    type: "ran",
    id,
    prediction: { ...nobody(), width, height: loaded.size, ...asked },
    annotated: null,
    crops: [],
  };
}

function fail(id: number, code: ErrorCode, reason: string): void {
  post({ type: "failed", id, code, reason });
}
