import { crc32 } from "node:zlib";
import { deflated } from "./compress.ts";
import { ARCHIVE_TIME_SECONDS, type ArchivedFile } from "./tar_archive.ts";
import { concat } from "../../protocol/kernel/concat.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
/** Version 2.0 of the format, which introduced deflate. */
const VERSION_NEEDED = 20;
const DEFLATE = 8;

/** Date and time of every file in MS-DOS format. */
const DOS_TIME = 0;
const DOS_DATE = dosDate(new Date(ARCHIVE_TIME_SECONDS * 1_000));

/**
 * Packs `files` in order under `directory` as a zip file (PKWARE's APPNOTE) of less than 4 GiB. The
 * same files always give the same bytes.
 */
export async function zipArchive(files: readonly ArchivedFile[], directory: string): Promise<Bytes> {
  const entries = await Promise.all(files.map(async ({ path, bytes }) => ({
    name: new TextEncoder().encode(`${directory}/${path}`),
    checksum: crc32(bytes),
    size: bytes.length,
    compressed: await deflated(bytes),
  })));
  const parts: Bytes[] = [];
  const central: Bytes[] = [];
  let offset = 0;
  for (const { name, checksum, size, compressed } of entries) {
    const facts = little([
      [2, VERSION_NEEDED],
      [2, 0], // flags
      [2, DEFLATE],
      [2, DOS_TIME],
      [2, DOS_DATE],
      [4, checksum],
      [4, compressed.length],
      [4, size],
      [2, name.length],
      [2, 0], // length of the extra field
    ]);
    const local = concat([little([[4, LOCAL_HEADER]]), facts, name]);
    parts.push(local, compressed);
    central.push(little([[4, CENTRAL_HEADER], [2, VERSION_NEEDED]]), facts);
    central.push(little([[2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), name);
    offset += local.length + compressed.length;
  }
  const directoryBytes = concat(central);
  const count = entries.length;
  const end = little([
    [4, END],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, directoryBytes.length],
    [4, offset],
    [2, 0],
  ]);
  return concat([...parts, directoryBytes, end]);
}

/** Encodes unsigned numbers with the given byte counts in little-endian order. */
function little(fields: readonly (readonly [bytes: number, value: number])[]): Bytes {
  const bytes: number[] = [];
  for (const [count, value] of fields) {
    for (let index = 0; index < count; index++) bytes.push(Math.floor(value / 256 ** index) % 256);
  }
  return Uint8Array.from(bytes);
}

function dosDate(date: Date): number {
  return (date.getUTCFullYear() - 1980) * 512 + (date.getUTCMonth() + 1) * 32 + date.getUTCDate();
}
