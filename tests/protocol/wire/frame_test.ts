import fc from "fast-check";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "../../assert.ts";
import { encodeFrames, FRAME_HEADER_BYTES, FrameDecoder } from "../../../protocol/wire/frame.ts";
import { encodeFrame } from "./encode_frame.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";

const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 });

/** Returns `bytes` in pieces, cut at each of `places`. */
function cut(bytes: Uint8Array<ArrayBuffer>, places: readonly number[]): Uint8Array<ArrayBuffer>[] {
  const edges = places.map((place) => place % (bytes.length + 1)).sort((one, other) => one - other);
  return [0, ...edges].map((start, index) => bytes.subarray(start, edges[index] ?? bytes.length));
}

/** Returns the payloads in `chunks`, and the code of the fault that ended the decoding. */
function decodeAll(chunks: Iterable<Uint8Array<ArrayBuffer>>): { payloads: number[][]; fault: string | null } {
  const decoder = new FrameDecoder();
  const payloads: number[][] = [];
  try {
    for (const chunk of chunks) {
      for (const payload of decoder.decode(chunk)) payloads.push([...payload]);
    }
  } catch (error) {
    assert(error instanceof DmlError);
    return { payloads, fault: error.code };
  }
  return { payloads, fault: null };
}

function header(payloadBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES);
  new DataView(bytes.buffer).setUint32(0, payloadBytes);
  return bytes;
}

Deno.test("encodeFrames() puts a big-endian length before the payload", () => {
  assertEquals([...encodeFrame(new Uint8Array([7, 8]))], [0, 0, 0, 2, 7, 8]);
  const long = encodeFrame(new Uint8Array(0x01_02_03));
  assertEquals([...long.subarray(0, 4)], [0, 1, 2, 3]);
  assertEquals(long.length, 4 + 0x01_02_03);
});

Deno.test("encodeFrames() takes a payload at the limit and refuses the next byte", () => {
  assertEquals(encodeFrame(new Uint8Array(LIMITS.frameBytesMax)).length, LIMITS.frameBytesMax + 4);
  const error = assertThrows(
    () => encodeFrame(new Uint8Array(LIMITS.frameBytesMax + 1)),
    DmlError,
    `${LIMITS.frameBytesMax + 1}`,
  );
  assertEquals(error.code, "frame_too_large");
});

Deno.test("encodeFrames() refuses an empty payload", () => {
  assertEquals(
    assertThrows(() => encodeFrame(new Uint8Array(0)), DmlError, "empty").code,
    "message_invalid",
  );
});

Deno.test("FrameDecoder() gives back what was framed, wherever the stream is cut", () => {
  fc.assert(fc.property(payloads, fc.array(fc.nat()), (payloads, places) => {
    const { payloads: decoded, fault } = decodeAll(cut(encodeFrames(payloads), places));
    assertEquals(fault, null);
    assertEquals(decoded, payloads.map((payload) => [...payload]));
  }));
});

Deno.test("FrameDecoder() gives back what was framed, one byte at a time", () => {
  fc.assert(fc.property(payloads, (payloads) => {
    const stream = encodeFrames(payloads);
    const { payloads: decoded } = decodeAll(cut(stream, [...stream.keys()]));
    assertEquals(decoded, payloads.map((payload) => [...payload]));
  }));
});

Deno.test("FrameDecoder() makes the same of random bytes, wherever they are cut", () => {
  const garbage = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })));
  fc.assert(fc.property(garbage, fc.array(fc.nat()), (garbage, places) => {
    const bytes = new Uint8Array(garbage);
    assertEquals(decodeAll(cut(bytes, places)), decodeAll([bytes]));
  }));
});

Deno.test("FrameDecoder() takes a frame at the limit, in one piece, in two and in single bytes", () => {
  const stream = encodeFrame(new Uint8Array(LIMITS.frameBytesMax).fill(5));
  for (const chunks of [[stream], cut(stream, [700_000]), cut(stream, [...stream.keys()])]) {
    const decoder = new FrameDecoder();
    const [payload] = chunks.flatMap((chunk) => [...decoder.decode(chunk)]);
    assertEquals(payload.length, LIMITS.frameBytesMax);
    assert(payload.every((byte) => byte === 5));
  }
});

Deno.test("FrameDecoder() refuses a frame over the limit at its header", () => {
  for (const payloadBytes of [LIMITS.frameBytesMax + 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
    assertEquals(decodeAll([header(payloadBytes)]), { payloads: [], fault: "frame_too_large" });
    assertThrows(() => [...new FrameDecoder().decode(header(payloadBytes))], DmlError, `${payloadBytes}`);
  }
});

Deno.test("FrameDecoder() refuses an empty frame", () => {
  assertEquals(decodeAll([header(0)]), { payloads: [], fault: "message_invalid" });
});

Deno.test("FrameDecoder() gives what came before the fault, and nothing behind it", () => {
  const stream = new Uint8Array([0, 0, 0, 1, 9, 255, 255, 255, 255, 0, 0, 0, 1, 9]);
  assertEquals(decodeAll([stream]), { payloads: [[9]], fault: "frame_too_large" });

  const decoder = new FrameDecoder();
  const first = assertThrows(() => [...decoder.decode(stream)], DmlError);
  const again = assertThrows(() => [...decoder.decode(new Uint8Array([0, 0, 0, 1, 9]))], DmlError);
  assertStrictEquals(again, first);
});

Deno.test("FrameDecoder() does not copy a payload that arrived in one piece", () => {
  const stream = encodeFrames([new Uint8Array([1, 2]), new Uint8Array([3])]);
  for (const payload of new FrameDecoder().decode(stream)) {
    assertStrictEquals(payload.buffer, stream.buffer);
  }
});

Deno.test("FrameDecoder() knows whether the stream stands between two frames", () => {
  const decoder = new FrameDecoder();
  const stood = [...encodeFrame(new Uint8Array([1, 2]))].map((byte) => {
    const before = decoder.isBetweenFrames;
    for (const _ of decoder.decode(new Uint8Array([byte])));
    return before;
  });
  assertEquals(stood, [true, false, false, false, false, false]);
  assertEquals(decoder.isBetweenFrames, true);
});
