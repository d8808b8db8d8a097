import { promisify } from "node:util";
import { deflateRaw, gzip } from "node:zlib";
import { concat } from "../../protocol/kernel/concat.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** How much is compressed at once: enough for every core to have some, and little is lost where they meet. */
const PART_BYTES = 16 * 1024 * 1024;
const LEVEL = 9;

/** `bytes` in gzip members, which gzip unpacks as one; the same bytes give the same members, whenever and wherever. */
export async function gzipped(bytes: Bytes, level: number = LEVEL): Promise<Bytes> {
  const parts: Bytes[] = [];
  for (let offset = 0; offset < bytes.length; offset += PART_BYTES) {
    parts.push(bytes.subarray(offset, offset + PART_BYTES));
  }
  const members = await Promise.all(parts.map((part) => promisify(gzip)(part, { level })));
  return concat(members);
}

/** `bytes` as a zip file holds them. */
export async function deflated(bytes: Bytes): Promise<Bytes> {
  return Uint8Array.from(await promisify(deflateRaw)(bytes, { level: LEVEL }));
}
