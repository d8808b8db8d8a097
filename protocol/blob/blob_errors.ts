import type { Digest } from "../kernel/digest.ts";
import { DmlError } from "../kernel/errors.ts";

/** No store that was asked has the blob. */
export function blobNotFound(digest: Digest): DmlError {
  return new DmlError("blob_not_found", `no blob ${digest} is here`);
}

/** The bytes are not those that the name promises: another digest, or another size than was announced. */
export function blobCorrupt(digest: Digest): DmlError {
  return new DmlError("blob_corrupt", `the bytes are not those of ${digest}`);
}

/** A part was asked for that begins behind the end. */
export function offsetPastEnd(
  digest: Digest,
  options: { offset: number; size: number },
): DmlError {
  const { offset, size } = options;
  return new DmlError("request_invalid", `${digest} has ${size} bytes, none from ${offset} on`);
}
