import { type Digest, isDigest } from "./kernel/digest.ts";
import { DmlError } from "./kernel/errors.ts";
import { LIMITS } from "./kernel/limits.ts";

/** A picture that travels on the control connection, in a frame of its own. */
export interface CarriedPicture {
  readonly digest: Digest;
  /** Not verified yet. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The first byte of the payload; that of a message, which is JSON, is a brace. */
const TAG = 0;
const DIGEST_BYTES = "sha256:".length + 64;
const HEAD_BYTES = 1 + DIGEST_BYTES;

/** A larger picture is fetched or put by its digest: beside the time that it takes, a round trip more is nothing. */
export const CARRIED_BYTES_MAX = LIMITS.frameBytesMax - HEAD_BYTES;

/**
 * The payload of a frame, in two pieces so that the picture is not copied: `0 | digest as ASCII | bytes`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { concat } from "./kernel/concat.ts";
 * import { digestOf } from "./kernel/digest.ts";
 *
 * const bytes = Uint8Array.of(7, 8);
 * const payload = concat(encodeCarried({ digest: digestOf(bytes), bytes }));
 * assertEquals(isCarried(payload), true);
 * assertEquals(decodeCarried(payload), { digest: digestOf(bytes), bytes });
 * ```
 */
export function encodeCarried({ digest, bytes }: CarriedPicture): Uint8Array<ArrayBuffer>[] {
  const head = new Uint8Array(HEAD_BYTES);
  head[0] = TAG;
  new TextEncoder().encodeInto(digest, head.subarray(1));
  return [head, bytes];
}

/** Whether the payload of a frame is a picture and not a message. */
export function isCarried(payload: Uint8Array): boolean {
  return payload[0] === TAG;
}

/** What {@linkcode encodeCarried} made, in memory of its own or in all of the payload's. Throws `message_invalid`. */
export function decodeCarried(payload: Uint8Array<ArrayBuffer>): CarriedPicture {
  const digest = new TextDecoder().decode(payload.subarray(1, HEAD_BYTES));
  if (!isDigest(digest)) throw new DmlError("message_invalid", "A picture came without its digest.");
  // Whoever gets it keeps it, and may give its memory away, which must not be that of what arrives next.
  const isAlone = payload.length === payload.buffer.byteLength;
  return { digest, bytes: isAlone ? payload.subarray(HEAD_BYTES) : payload.slice(HEAD_BYTES) };
}
