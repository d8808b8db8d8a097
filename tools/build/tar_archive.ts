import { invariant } from "../../protocol/kernel/invariant.ts";
import { concat } from "../../protocol/kernel/concat.ts";

/** One file of an archive. */
export interface ArchivedFile {
  /** Relative path with `/`; at most 100 bytes of ASCII. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isExecutable: boolean;
}

/**
 * Modification time of every archived file, independent of the clock: 2000-01-01, a date that every
 * tar accepts as plausible.
 */
export const ARCHIVE_TIME_SECONDS = 946_684_800;

const BLOCK_BYTES = 512;
const PATH_BYTES_MAX = 100;

/**
 * Packs `files` in order as a tar archive (POSIX ustar). All have the same owner and time, so the
 * same files always give the same bytes.
 */
export function tarArchive(files: readonly ArchivedFile[]): Uint8Array<ArrayBuffer> {
  return concat([...files.flatMap(tarEntry), new Uint8Array(2 * BLOCK_BYTES)]);
}

/** Returns the blocks of `file`. Entries may be concatenated; two empty blocks end the archive. */
function tarEntry(file: ArchivedFile): Uint8Array<ArrayBuffer>[] {
  const padding = (BLOCK_BYTES - file.bytes.length % BLOCK_BYTES) % BLOCK_BYTES;
  return [header(file), file.bytes, new Uint8Array(padding)];
}

function header({ path, bytes, isExecutable }: ArchivedFile): Uint8Array<ArrayBuffer> {
  invariant(/^[!-~]+$/.test(path) && path.length <= PATH_BYTES_MAX, `an archive takes the path ${path}`);
  const block = new Uint8Array(BLOCK_BYTES);
  const write = (offset: number, text: string) => block.set(new TextEncoder().encode(text), offset);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  write(0, path);
  write(100, octal(isExecutable ? 0o755 : 0o644, 7));
  write(108, octal(0, 7)); // user id
  write(116, octal(0, 7)); // group id
  write(124, octal(bytes.length, 11));
  write(136, octal(ARCHIVE_TIME_SECONDS, 11));
  write(148, " ".repeat(8)); // the checksum field counts as spaces
  write(156, "0"); // a regular file
  write(257, "ustar\x0000");
  write(148, `${octal(block.reduce((sum, byte) => sum + byte, 0), 6)}\0`);
  return block;
}
