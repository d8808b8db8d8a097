import { dirname, join } from "node:path";
import {
  asStorageError,
  makeDirectoryDurably,
  removeIfThere,
  TEMPORARY_SUFFIX,
  writeFileDurably,
} from "../host/durable_file.ts";
import { type Clock, SYSTEM_CLOCK } from "../kernel/clock.ts";
import { type Digest, digestOf, isDigest } from "../kernel/digest.ts";
import { invariant } from "../kernel/invariant.ts";
import { blobCorrupt, blobNotFound, offsetPastEnd } from "./blob_errors.ts";
import type { BlobReading, BlobStore, BlobWriter } from "../ports/blob_store.ts";
import { streamFrom } from "../kernel/byte_stream.ts";
import { DamagedFiles } from "./damaged_files.ts";
import { DiskBlobWriter, PART_SUFFIX } from "./disk_blob_writer.ts";

const PART_KEPT_MS = 24 * 60 * 60 * 1000;
const PREFIX_LENGTH = "sha256:".length;

/**
 * Blobs as files `sha256/ab/<hex>` in a directory that only one process uses. Bytes get their name
 * only when they hash to it and are safely on the disk: temporary file -> hash while copying ->
 * fsync -> rename. Throws `disk_full` if there is no space for them.
 */
export class DiskBlobStore implements BlobStore {
  readonly #root: string;
  /** `null` if damaged blobs are deleted. */
  readonly #damaged: DamagedFiles | null;
  readonly #receiving = new Set<Digest>();

  private constructor(root: string, damaged: DamagedFiles | null) {
    this.#root = root;
    this.#damaged = damaged;
  }

  /**
   * Opens the store in `directory`, creates it if necessary, and deletes unfinished files that are
   * over a day old. With `keepsDamaged`, damaged blobs are moved to its directory `damaged`, not
   * deleted.
   */
  static async open(
    directory: string,
    options: { clock?: Clock; keepsDamaged?: boolean } = {},
  ): Promise<DiskBlobStore> {
    const { clock = SYSTEM_CLOCK, keepsDamaged = false } = options;
    const root = join(directory, "sha256");
    try {
      await Deno.mkdir(root, { recursive: true, mode: 0o700 });
      await removeStale(root, clock.wallMs() - PART_KEPT_MS);
    } catch (error) {
      throw asStorageError(error, { what: directory, fallback: "home_unusable" });
    }
    return new DiskBlobStore(root, keepsDamaged ? new DamagedFiles(join(directory, "damaged"), { clock }) : null);
  }

  async stat(digest: Digest): Promise<number | null> {
    try {
      return (await Deno.stat(this.#pathOf(digest))).size;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  /** Opens the blob without verifying it, which is left to the receiver of the bytes. */
  async open(digest: Digest, options: { offset?: number } = {}): Promise<BlobReading> {
    const { offset = 0 } = options;
    const file = await orNotFound(Deno.open(this.#pathOf(digest)), digest);
    try {
      const { size } = await file.stat();
      if (offset > size) throw offsetPastEnd(digest, { offset, size });
      if (offset > 0) await file.seek(offset, Deno.SeekMode.Start);
      return { size, stream: streamFrom(file) };
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Reads and verifies the blob. Takes a damaged file out of the store, so that it is made again. */
  async read(
    digest: Digest,
    options: { signal?: AbortSignal } = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await orNotFound(Deno.readFile(this.#pathOf(digest), options), digest);
    if (digestOf(bytes) === digest) return bytes;
    if (this.#damaged === null) await this.delete(digest);
    else await this.#damaged.take(this.#pathOf(digest));
    throw blobCorrupt(digest);
  }

  async put(digest: Digest, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (digestOf(bytes) !== digest) throw blobCorrupt(digest);
    if (await this.stat(digest) === bytes.length) return;
    try {
      await writeFileDurably(await this.#pathToWrite(digest), bytes);
    } catch (error) {
      throw asStorageError(error, { what: digest, fallback: "internal" });
    }
  }

  async receive(digest: Digest, size: number): Promise<BlobWriter> {
    invariant(!this.#receiving.has(digest), `${digest} is already being received`);
    this.#receiving.add(digest);
    const onClose = () => this.#receiving.delete(digest);
    try {
      const path = await this.#pathToWrite(digest);
      return await DiskBlobWriter.open(path, { digest, size, onClose });
    } catch (error) {
      onClose();
      throw asStorageError(error, { what: digest, fallback: "internal" });
    }
  }

  delete(digest: Digest): Promise<boolean> {
    return removeIfThere(this.#pathOf(digest));
  }

  async *list(): AsyncIterable<{ digest: Digest; size: number }> {
    for await (const { name } of filesIn(this.#root)) {
      const digest = `sha256:${name}`;
      if (!isDigest(digest)) continue;
      const size = await this.stat(digest);
      if (size !== null) yield { digest, size };
    }
  }

  #pathOf(digest: Digest): string {
    invariant(isDigest(digest), "a path is made of well-formed digests only");
    const hex = digest.slice(PREFIX_LENGTH);
    return join(this.#root, hex.slice(0, 2), hex);
  }

  async #pathToWrite(digest: Digest): Promise<string> {
    const path = this.#pathOf(digest);
    await makeDirectoryDurably(dirname(path));
    return path;
  }
}

async function orNotFound<Value>(promise: Promise<Value>, digest: Digest): Promise<Value> {
  try {
    return await promise;
  } catch (error) {
    throw error instanceof Deno.errors.NotFound ? blobNotFound(digest) : error;
  }
}

async function* filesIn(root: string): AsyncIterable<{ name: string; path: string }> {
  for await (const prefix of Deno.readDir(root)) {
    if (!prefix.isDirectory) continue;
    const directory = join(root, prefix.name);
    for await (const { name } of Deno.readDir(directory)) {
      yield { name, path: join(directory, name) };
    }
  }
}

async function removeStale(root: string, beforeMs: number): Promise<void> {
  for await (const { name, path } of filesIn(root)) {
    if (!name.endsWith(PART_SUFFIX) && !name.endsWith(TEMPORARY_SUFFIX)) continue;
    const { mtime } = await Deno.stat(path);
    if (mtime !== null && mtime.getTime() < beforeMs) await removeIfThere(path);
  }
}
