import { dirname } from "node:path";
import { asDmlError, DmlError, type ErrorCode } from "../kernel/errors.ts";

/**
 * Replaces the file at `path` by `bytes`, mode 0600, so that after a crash either the old or the new content is there, whole:
 * temporary file beside it -> fsync -> rename -> fsync of the directory. Throws what the file system throws.
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

/** What the names of half-written files end with; whoever finds an old one may remove it. */
export const TEMPORARY_SUFFIX = ".tmp";

/** Gives the finished, synced file `temporary` its name for good. */
export async function publishFile(temporary: string, path: string): Promise<void> {
  await Deno.rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Makes the directory at `path` for good, in a parent that is there; does nothing when it is there too. */
export async function makeDirectoryDurably(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw error;
  }
  await syncDirectory(dirname(path));
}

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory as a file; its file system journals names by itself.
  if (Deno.build.os === "windows") return;
  using directory = await Deno.open(path);
  await directory.sync();
}

/** Removes the file at `path`; false when there was none. */
export async function removeIfThere(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Writes all of `bytes`: one call of `write` may take only a part. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await file.write(written === 0 ? bytes : bytes.subarray(written));
  }
}

/** `error` of the file system as a {@linkcode DmlError}: `disk_full` when that is what it is, else `fallback`. `what` names the thing. */
export function asStorageError(
  error: unknown,
  options: { what: string; fallback: ErrorCode },
): DmlError {
  if (error instanceof DmlError) return error;
  if (isDiskFull(error)) {
    return new DmlError("disk_full", `no space is left for ${options.what}`, { cause: error });
  }
  return new DmlError(options.fallback, storageSentence(error, options.what), { cause: error });
}

/** What is the matter with `what`, for people; what no one foresaw is said as the system says it. */
function storageSentence(error: unknown, what: string): string {
  // Deno keeps some places, /proc for one, to those that may do everything.
  if (error instanceof Deno.errors.NotCapable) return `${what} lies where dml may not write`;
  if (error instanceof Deno.errors.AlreadyExists) return `${what} is a file, not a directory`;
  if (error instanceof Deno.errors.NotADirectory) return `${what} lies in a file, not in a directory`;
  if (error instanceof Deno.errors.PermissionDenied) return `${what} is closed to this account`;
  if (codeOf(error) === "EROFS") return `${what} lies on a disk that can only be read`;
  return `${what}: ${asDmlError(error).message}`;
}

function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].some((code) => codeOf(error) === code);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}
