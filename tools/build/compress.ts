import { promisify } from "node:util";
import { deflateRaw, gzip } from "node:zlib";
import { concat } from "../../protocol/kernel/concat.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Size of a part that is compressed on its own: small enough that every core gets one, large enough
 * that little is lost at the boundaries.
 */
const PART_BYTES = 16 * 1024 * 1024;
const LEVEL = 9;

/**
 * Compresses `bytes` into gzip members, which gzip unpacks as one file. The same bytes always give
 * the same members.
 */
export async function gzipped(bytes: Bytes, level: number = LEVEL): Promise<Bytes> {
  const parts: Bytes[] = [];
  for (let offset = 0; offset < bytes.length; offset += PART_BYTES) {
    parts.push(bytes.subarray(offset, offset + PART_BYTES));
  }
  const members = await Promise.all(parts.map((part) => promisify(gzip)(part, { level })));
  return concat(members);
}

/** Compresses `bytes` with raw deflate, as a zip file stores them. */
export async function deflated(bytes: Bytes): Promise<Bytes> {
  return Uint8Array.from(await promisify(deflateRaw)(bytes, { level: LEVEL }));
}
