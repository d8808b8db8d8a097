import type { Digest } from "../kernel/digest.ts";
import { DmlError } from "../kernel/errors.ts";

/** Returns the error for a blob that no store has. */
export function blobNotFound(digest: Digest): DmlError {
  return new DmlError("blob_not_found", `There is no blob ${digest}.`);
}

/**
 * Returns the error for bytes that do not match their name: they have another digest, or another
 * size than announced.
 */
export function blobCorrupt(digest: Digest): DmlError {
  return new DmlError("blob_corrupt", `The bytes do not match ${digest}.`);
}

/** Returns the error for a part of a blob that begins behind its end. */
export function offsetPastEnd(
  digest: Digest,
  options: { offset: number; size: number },
): DmlError {
  const { offset, size } = options;
  return new DmlError("request_invalid", `${digest} has ${size} bytes; there is none at ${offset}.`);
}
