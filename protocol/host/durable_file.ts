import { dirname } from "node:path";
import { asDmlError, DmlError, type ErrorCode } from "../kernel/errors.ts";

/**
 * Replaces the file at `path` by `bytes`, mode 0600, so that after a crash it has either the old or
 * the new content, complete: temporary file beside it -> fsync -> rename -> fsync of the directory.
 * Throws the errors of the file system.
 */
export async function writeFileDurably(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = await Deno.makeTempFile({ dir: dirname(path), suffix: TEMPORARY_SUFFIX });
  try {
    using file = await Deno.open(temporary, { write: true });
    await writeAll(file, bytes);
    await file.syncData();
    file.close();
    await publishFile(temporary, path);
  } catch (error) {
    await removeIfThere(temporary);
    throw error;
  }
}

/** Suffix of unfinished files. An old file with this suffix may be deleted. */
export const TEMPORARY_SUFFIX = ".tmp";

/** Gives the finished, synced file `temporary` its final name, and makes that durable. */
export async function publishFile(temporary: string, path: string): Promise<void> {
  await Deno.rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Creates the directory at `path` durably, in an existing parent. Does nothing if it exists. */
export async function makeDirectoryDurably(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Makes the entries of the directory at `path` durable. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory as a file, and its file system journals names by itself.
  if (Deno.build.os === "windows") return;
  using directory = await Deno.open(path);
  await directory.sync();
}

/** Removes the file at `path`. Returns false if there was none. */
export async function removeIfThere(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Writes all of `bytes`, in several calls if the system takes only a part at once. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await file.write(written === 0 ? bytes : bytes.subarray(written));
  }
}

/**
 * Returns an error of the file system as a {@linkcode DmlError}: `disk_full` if the disk is full,
 * otherwise `fallback`. `what` is the name of the file, directory or blob in the message.
 */
export function asStorageError(
  error: unknown,
  options: { what: string; fallback: ErrorCode },
): DmlError {
  if (error instanceof DmlError) return error;
  if (isDiskFull(error)) {
    return new DmlError("disk_full", `No space is left for ${options.what}.`, { cause: error });
  }
  return new DmlError(options.fallback, storageSentence(error, options.what), { cause: error });
}

/**
 * Returns a sentence for people about the problem with `what`; for an unforeseen error, the text of
 * the system.
 */
function storageSentence(error: unknown, what: string): string {
  // Deno denies some places, such as /proc, to every process without full permissions.
  if (error instanceof Deno.errors.NotCapable) return `${what} lies where dml may not write.`;
  if (error instanceof Deno.errors.AlreadyExists) return `${what} is a file, not a directory.`;
  if (error instanceof Deno.errors.NotADirectory) return `${what} lies in a file, not in a directory.`;
  if (error instanceof Deno.errors.PermissionDenied) return `${what} is closed to this account.`;
  if (codeOf(error) === "EROFS") return `${what} lies on a disk that can only be read.`;
  return `${what}: ${asDmlError(error).message}`;
}

function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].some((code) => codeOf(error) === code);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}
