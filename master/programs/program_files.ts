import { join } from "node:path";
import { blobNotFound, offsetPastEnd } from "../../protocol/blob/blob_errors.ts";
import type { BlobReading } from "../../protocol/ports/blob_store.ts";
import { type Digest, Digester, digestOf } from "../../protocol/kernel/digest.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Program } from "../../protocol/messages/program.ts";
import { executableOf, HEAD_BYTES } from "../../protocol/program/executable.ts";

/** Maximum number of files of the directory that are examined. */
const FILES_MAX = 64;

/** A file as it was when it was examined. */
interface HeldFile {
  readonly path: string;
  readonly size: number;
  readonly changedMs: number;
}

/**
 * The executables of dml that a master offers: the file that it was started from, and those in a
 * directory. They are read in place, a piece at a time; a file that has changed since it was
 * examined counts as missing.
 */
export class ProgramFiles {
  readonly #options: { executable: string | null; directory: string | null; log: Log };
  readonly #files = new Map<Digest, HeldFile>();

  constructor(options: { executable: string | null; directory: string | null; log: Log }) {
    this.#options = options;
  }

  /**
   * Examines the files, one after the other, and yields the executables of dml among them. Other
   * files are skipped; one that cannot be read is logged.
   */
  async *programs(): AsyncIterable<Program> {
    for (const path of await this.#paths()) {
      try {
        const program = await this.#examine(path);
        if (program !== null) yield program;
      } catch (error) {
        this.#options.log.warn("An executable cannot be offered to nodes.", { path, reason: String(error) });
      }
    }
  }

  /** Passes each of the programs to `hold`. */
  async announce(hold: (program: Program) => void): Promise<void> {
    for await (const program of this.programs()) hold(program);
  }

  has(digest: Digest): boolean {
    return this.#files.has(digest);
  }

  async stat(digest: Digest): Promise<number | null> {
    const file = this.#files.get(digest);
    if (file === undefined) return null;
    return isSame(file, await Deno.stat(file.path).catch(() => null)) ? file.size : null;
  }

  /** Opens the file for reading. Throws `blob_not_found` if it is unknown or has changed. */
  async open(digest: Digest, { offset = 0 }: { offset?: number } = {}): Promise<BlobReading> {
    const held = this.#files.get(digest);
    if (held === undefined) throw blobNotFound(digest);
    const file = await Deno.open(held.path).catch(() => null);
    if (file === null) throw blobNotFound(digest);
    try {
      if (!isSame(held, await file.stat())) throw blobNotFound(digest);
      if (offset > held.size) throw offsetPastEnd(digest, { offset, size: held.size });
      if (offset > 0) await file.seek(offset, Deno.SeekMode.Start);
      return { size: held.size, stream: file.readable };
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Reads the whole file. Throws `blob_not_found` if it is unknown or has changed. */
  async read(digest: Digest): Promise<Uint8Array<ArrayBuffer>> {
    const held = this.#files.get(digest);
    if (held === undefined || await this.stat(digest) === null) throw blobNotFound(digest);
    const bytes = await Deno.readFile(held.path);
    if (digestOf(bytes) !== digest) throw blobNotFound(digest);
    return bytes;
  }

  async #paths(): Promise<string[]> {
    const { executable, directory, log } = this.#options;
    const paths = executable === null ? [] : [executable];
    if (directory === null) return paths;
    const names: string[] = [];
    try {
      for await (const { name, isDirectory } of Deno.readDir(directory)) if (!isDirectory) names.push(name);
    } catch (error) {
      log.warn("The directory of executables cannot be read.", { directory, reason: String(error) });
    }
    return [...paths, ...names.toSorted().slice(0, FILES_MAX).map((name) => join(directory, name))];
  }

  async #examine(path: string): Promise<Program | null> {
    using file = await Deno.open(path);
    const { size, mtime } = await file.stat();
    const head = new Uint8Array(HEAD_BYTES);
    const known = executableOf(head.subarray(0, await file.read(head) ?? 0));
    if (known === null) return null;
    await file.seek(0, Deno.SeekMode.Start);
    const hash = new Digester();
    const piece = new Uint8Array(1024 * 1024);
    for (let read = await file.read(piece); read !== null; read = await file.read(piece)) {
      hash.update(piece.subarray(0, read));
    }
    const digest = hash.digest();
    this.#files.set(digest, { path, size, changedMs: mtime?.getTime() ?? 0 });
    return { ...known, digest, size };
  }
}

function isSame({ size, changedMs }: HeldFile, info: Deno.FileInfo | null): boolean {
  return info !== null && info.size === size && (info.mtime?.getTime() ?? 0) === changedMs;
}
