import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from "node:zlib";
import { promisify } from "node:util";
import { concat } from "../kernel/concat.ts";
import { DmlError } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import { type ParcelHead, parcelHeadSchema } from "../messages/files.ts";
import { parseAs } from "../schema.ts";

/** Sample from which it is decided whether compression is worth its time: pieces, and their size. */
const SAMPLE_PIECES = 3;
const SAMPLE_BYTES = 8 * 1024;
/** Share of its size to which a sample must shrink. */
const SHRUNK_MAX = 0.85;
/** Level of zstd: about twice as fast as the default one, and nearly as small. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A head and bytes, decoded. */
export interface Parcel {
  readonly head: ParcelHead;
  readonly bytes: Uint8Array;
}

/**
 * Encodes a parcel: 4 bytes with the length of the head (big-endian), the head as JSON, and the
 * bytes of its segments one behind the other, compressed with zstd if a sample of them shrinks.
 */
export async function encodeParcel(
  head: Omit<ParcelHead, "encoding">,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = shrinks(bytes) ? new Uint8Array(await compress(bytes, LEVEL)) : null;
  const isSmaller = packed !== null && packed.length < bytes.length;
  const encoding = isSmaller ? "zstd" : "none";
  const json = new TextEncoder().encode(JSON.stringify({ ...head, encoding } satisfies ParcelHead));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, json.length);
  return concat([length, json, isSmaller ? packed : bytes]);
}

/** Decodes a parcel. Throws `request_invalid` if it is damaged or too large. */
export async function decodeParcel(encoded: Uint8Array<ArrayBuffer>): Promise<Parcel> {
  const { head, packed } = splitParcel(encoded);
  const bytes = await unpacked(packed, head);
  if (bytes.length !== bytesOf(head)) {
    throw new DmlError("request_invalid", `The parcel has ${bytes.length} bytes, not ${bytesOf(head)}.`);
  }
  return { head, bytes };
}

/** Returns the head of a parcel and its packed bytes. Throws `request_invalid` if it is damaged. */
export function splitParcel(encoded: Uint8Array<ArrayBuffer>): { head: ParcelHead; packed: Uint8Array<ArrayBuffer> } {
  const headBytes = encoded.length < 4 ? Infinity : new DataView(encoded.buffer, encoded.byteOffset).getUint32(0);
  if (headBytes > encoded.length - 4) throw new DmlError("request_invalid", "The parcel has no whole head.");
  const head = parseAs(parcelHeadSchema, jsonIn(encoded.subarray(4, 4 + headBytes)), {
    what: "The head of the parcel",
    code: "request_invalid",
  });
  return { head, packed: encoded.subarray(4 + headBytes) };
}

/** Returns true if a sample of `bytes`, from their start, middle and end, shrinks enough. */
export function shrinks(bytes: Uint8Array): boolean {
  if (bytes.length < 512) return false;
  const step = Math.max(0, (bytes.length - SAMPLE_BYTES) / (SAMPLE_PIECES - 1));
  const pieces = bytes.length <= SAMPLE_PIECES * SAMPLE_BYTES
    ? [bytes]
    : Array.from({ length: SAMPLE_PIECES }, (_, index) => bytes.subarray(index * step, index * step + SAMPLE_BYTES));
  const sizes = pieces.map((piece) => [piece.length, zstdCompressSync(piece, LEVEL).length]);
  const [before, after] = [0, 1].map((column) => sizes.reduce((sum, row) => sum + row[column], 0));
  return after <= SHRUNK_MAX * before;
}

async function unpacked(bytes: Uint8Array<ArrayBuffer>, { encoding }: ParcelHead): Promise<Uint8Array> {
  if (encoding === "none") return bytes;
  try {
    return await decompress(bytes, { maxOutputLength: LIMITS.filePieceBytes });
  } catch (cause) {
    throw new DmlError("request_invalid", "The bytes of the parcel cannot be unpacked.", { cause });
  }
}

function bytesOf({ segments }: ParcelHead): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0);
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new DmlError("request_invalid", "The head of the parcel is not JSON.", { cause });
  }
}
