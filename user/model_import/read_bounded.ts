import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { formatBytes } from "../terminal/render.ts";

/**
 * Reads the whole file at `path`. Throws `file_not_found`, `file_unreadable`, or, before reading
 * it, `blob_too_large`.
 */
export async function readBounded(path: string, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size, isDirectory } = await Deno.stat(path);
    if (isDirectory) throw new DmlError("file_unreadable", `${path} is a directory.`);
    if (size > bytesMax) {
      throw new DmlError(
        "blob_too_large",
        `${path} has ${formatBytes(size)}; at most ${formatBytes(bytesMax)} are accepted.`,
      );
    }
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof DmlError) throw error;
    if (error instanceof Deno.errors.NotFound) throw new DmlError("file_not_found", `There is no file ${path}.`);
    throw new DmlError("file_unreadable", `${path}: ${asDmlError(error).message}`, { cause: error });
  }
}

/** Reads the file at `path`. Returns `null` if there is none. */
export async function readIfThere(path: string, bytesMax: number): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await readBounded(path, bytesMax);
  } catch (error) {
    if (error instanceof DmlError && error.code === "file_not_found") return null;
    throw error;
  }
}
