import { type Digest, isDigest } from "../kernel/digest.ts";
import { DmlError } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";

/** A picture that travels on the control connection, in a frame of its own. */
export interface InlinePicture {
  /** Null for one that whoever takes it names: what comes behind it says what is wanted of it. */
  readonly digest: Digest | null;
  /** Not verified yet. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One that was named. */
export type NamedPicture = InlinePicture & { readonly digest: Digest };

/** The first byte of the payload, with a digest or without; that of a message, which is JSON, is a brace. */
const NAMED = 0;
const UNNAMED = 1;
const DIGEST_BYTES = "sha256:".length + 64;
const HEAD_BYTES = 1 + DIGEST_BYTES;

/**
 * Size limit of a carried picture, in bytes. A larger one is fetched or put by its digest, because
 * one more round trip is negligible against the time that its transfer takes.
 */
export const INLINE_PICTURE_BYTES_MAX = LIMITS.frameBytesMax - HEAD_BYTES;

/**
 * The payload of a frame, in two pieces so that the picture is not copied: `0 | digest as ASCII | bytes`, or `1 | bytes`.
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
  if (digest === null) return [Uint8Array.of(UNNAMED), bytes];
  const head = new Uint8Array(HEAD_BYTES);
  head[0] = NAMED;
  new TextEncoder().encodeInto(digest, head.subarray(1));
  return [head, bytes];
}

/** Returns true if the payload of a frame is a picture, not a message. */
export function isPictureFrame(payload: Uint8Array): boolean {
  return payload[0] === NAMED || payload[0] === UNNAMED;
}

/**
 * Decodes the output of {@linkcode encodePictureFrame}. The bytes are a copy, or the payload's own
 * memory if the payload fills all of it. Throws `message_invalid`.
 */
export function decodePictureFrame(payload: Uint8Array<ArrayBuffer>): InlinePicture {
  const isNamed = payload[0] === NAMED;
  const headBytes = isNamed ? HEAD_BYTES : 1;
  const digest = isNamed ? new TextDecoder().decode(payload.subarray(1, headBytes)) : null;
  if (digest !== null && !isDigest(digest)) throw new DmlError("message_invalid", "A picture came without its digest.");
  // Whoever gets it keeps it, and may give its memory away, which must not be that of what arrives next.
  const isAlone = payload.length === payload.buffer.byteLength;
  return { digest, bytes: isAlone ? payload.subarray(headBytes) : payload.slice(headBytes) };
}

/** The same picture. Throws `message_invalid` for one without a name. */
export function named({ digest, bytes }: InlinePicture): NamedPicture {
  if (digest === null) throw new DmlError("message_invalid", "A picture came without its digest.");
  return { digest, bytes };
}
