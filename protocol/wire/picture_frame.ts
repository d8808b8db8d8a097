import { type Digest, isDigest } from "../kernel/digest.ts";
import { DmlError } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";

/** A picture that travels on the control connection, in a frame of its own. */
export interface InlinePicture {
  readonly digest: Digest;
  /** Not verified yet. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** First byte of the payload of a picture. A message is JSON, so it begins with a brace. */
const TAG = 0;
const DIGEST_BYTES = "sha256:".length + 64;
const HEAD_BYTES = 1 + DIGEST_BYTES;

/**
 * Size of the largest picture that travels inline. A larger one goes over HTTP, where the extra
 * round trip is short compared with the transfer.
 */
export const INLINE_PICTURE_BYTES_MAX = LIMITS.inlinePictureBytesMax - HEAD_BYTES;

/**
 * Encodes the payload of a frame, in two pieces so that the picture is not copied: `0 | digest as
 * ASCII | bytes`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { concat } from "../kernel/concat.ts";
 * import { digestOf } from "../kernel/digest.ts";
 *
 * const bytes = Uint8Array.of(7, 8);
 * const payload = concat(encodePictureFrame({ digest: digestOf(bytes), bytes }));
 * assertEquals(isPictureFrame(payload), true);
 * assertEquals(decodePictureFrame(payload), { digest: digestOf(bytes), bytes });
 * ```
 */
export function encodePictureFrame({ digest, bytes }: InlinePicture): Uint8Array<ArrayBuffer>[] {
  const head = new Uint8Array(HEAD_BYTES);
  head[0] = TAG;
  new TextEncoder().encodeInto(digest, head.subarray(1));
  return [head, bytes];
}

/** Returns true if the payload of a frame is a picture and not a message. */
export function isPictureFrame(payload: Uint8Array): boolean {
  return payload[0] === TAG;
}

/**
 * Decodes a picture into memory of its own, or into all of the memory of `payload`. Throws
 * `message_invalid`.
 */
export function decodePictureFrame(payload: Uint8Array<ArrayBuffer>): InlinePicture {
  const digest = new TextDecoder().decode(payload.subarray(1, HEAD_BYTES));
  if (!isDigest(digest)) throw new DmlError("message_invalid", "A picture came without its digest.");
  // The receiver may keep or transfer this memory, which must not be that of what arrives next.
  const isAlone = payload.length === payload.buffer.byteLength;
  return { digest, bytes: isAlone ? payload.subarray(HEAD_BYTES) : payload.slice(HEAD_BYTES) };
}
