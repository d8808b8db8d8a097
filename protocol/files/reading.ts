import { type Digest, Digester } from "../kernel/digest.ts";
import { asDmlError, DmlError } from "../kernel/errors.ts";
import { inParallel } from "./in_parallel.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { ReadRequest, Segment } from "../messages/files.ts";
import { concat } from "../kernel/concat.ts";
import { encodeParcel } from "./parcel.ts";
import type { RootDirectory } from "./root_directory.ts";

const FILES_AT_ONCE = 8;
const HASHED_BYTES = 1024 * 1024;

/** Returns the digest of each file; `null` for what is no regular file that can be read here. */
export function digestFiles(root: RootDirectory, paths: readonly string[]): Promise<(Digest | null)[]> {
  return inParallel(paths, { concurrency: FILES_AT_ONCE, work: (path) => digestOrNull(root, path) });
}

async function digestOrNull(root: RootDirectory, path: string): Promise<Digest | null> {
  try {
    return await digestFile(root, path);
  } catch (error) {
    if (asDmlError(error).code === "internal") throw error;
    return null; // The copy says why when it reads the file.
  }
}

/** Returns the digest of a file. Throws as {@linkcode RootDirectory.openFile} does. */
export async function digestFile(root: RootDirectory, path: string): Promise<Digest> {
  using opened = await root.openFile(path);
  const digester = new Digester();
  await hashRest(opened.file, digester, opened.info.size);
  return digester.digest();
}

/** Adds the rest of `file`, which has about `size` bytes, to a digest; returns their number. */
export async function hashRest(file: Deno.FsFile, digester: Digester, size: number): Promise<number> {
  const buffer = new Uint8Array(Math.max(1, Math.min(size, HASHED_BYTES)));
  let hashed = 0;
  for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
    digester.update(buffer.subarray(0, count));
    hashed += count;
  }
  return hashed;
}

/**
 * Reads segments of files into an encoded parcel. A file that cannot be read, or that is not as it
 * was listed, is a fault of the parcel. Throws `request_invalid` for more bytes than a piece has.
 */
export async function readSegments(root: RootDirectory, request: ReadRequest): Promise<Uint8Array<ArrayBuffer>> {
  const { copyId, segments, files } = request;
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > LIMITS.filePieceBytes) {
    throw new DmlError(
      "request_invalid",
      `${total} bytes were asked for at once; ${LIMITS.filePieceBytes} are allowed.`,
    );
  }
  const read = await inParallel(segments, {
    concurrency: FILES_AT_ONCE,
    work: async (segment) => {
      try {
        if (segment.file >= files.length) throw new DmlError("request_invalid", "A segment names no file.");
        return { segment, bytes: await readSegment(root, files[segment.file], segment) };
      } catch (error) {
        return { segment, fault: asDmlError(error) };
      }
    },
  });
  const whole = read.flatMap(({ segment, bytes }) => bytes === undefined ? [] : [{ segment, bytes }]);
  const faults = read.flatMap(({ segment: { file }, fault }) =>
    fault === undefined ? [] : [{ file, code: fault.code, reason: fault.message }]
  );
  const head = { copyId, segments: whole.map(({ segment }) => segment), faults };
  return await encodeParcel(head, concat(whole.map(({ bytes }) => bytes)));
}

async function readSegment(
  root: RootDirectory,
  { path, size, modifiedMs }: ReadRequest["files"][number],
  { offset, bytes }: Segment,
): Promise<Uint8Array<ArrayBuffer>> {
  using opened = await root.openFile(path);
  const { file } = opened;
  const buffer = new Uint8Array(bytes);
  let filled = 0;
  if (offset > 0) await file.seek(offset, Deno.SeekMode.Start);
  while (filled < bytes) {
    const count = await file.read(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  const after = await file.stat();
  const isSame = after.size === size && Math.trunc(after.mtime?.getTime() ?? 0) === modifiedMs;
  if (isSame && filled === bytes) return buffer;
  throw new DmlError("file_changed", `${path} has changed while it was copied.`);
}
