import { asStorageError, publishFile, removeIfThere, writeAll } from "../host/durable_file.ts";
import { type Digest, Digester } from "../kernel/digest.ts";
import { invariant } from "../kernel/invariant.ts";
import { blobCorrupt } from "./blob_errors.ts";
import type { BlobWriter } from "../ports/blob_store.ts";

/** Suffix of the file of an unfinished reception, behind the name of its blob. */
export const PART_SUFFIX = ".part";

const REHASH_BYTES = 1024 * 1024;
/**
 * Number of written bytes after which a sync is started early, so that the fsync at the end has
 * little left to wait for.
 */
const EARLY_SYNC_BYTES = 4 * 1024 * 1024;

/**
 * A reception into `<path>.part`. That file is kept if the reception is interrupted, and hashed
 * again when it resumes.
 */
export class DiskBlobWriter implements BlobWriter {
  readonly offset: number;
  readonly #file: Deno.FsFile;
  readonly #digester: Digester;
  readonly #path: string;
  readonly #options: { digest: Digest; size: number; onClose: () => void };
  #written: number;
  #earlySync: EarlySync | null = null;
  #state: "open" | "failed" | "closed" = "open";

  private constructor(
    path: string,
    options: { digest: Digest; size: number; onClose: () => void; kept: Kept },
  ) {
    this.#path = path;
    this.#options = options;
    this.#file = options.kept.file;
    this.#digester = options.kept.digester;
    this.#written = this.offset = options.kept.length;
  }

  /**
   * Opens the reception of a blob whose file will be `path`. Calls `onClose` once. Throws the
   * errors of the file system.
   */
  static async open(
    path: string,
    options: { digest: Digest; size: number; onClose: () => void },
  ): Promise<DiskBlobWriter> {
    const kept = await openPart(path + PART_SUFFIX, options.size);
    return new DiskBlobWriter(path, { ...options, kept });
  }

  async write(chunk: Uint8Array): Promise<void> {
    invariant(this.#state === "open", "a blob writer that failed or was closed takes no more");
    this.#state = "failed"; // until it succeeds, because the hash and the file may differ
    const { digest, size } = this.#options;
    if (this.#written + chunk.length > size) return await this.#refuse();
    try {
      const writing = writeAll(this.#file, chunk); // hashed here while another thread writes
      this.#digester.update(chunk);
      await writing;
      this.#written += chunk.length;
      if (this.#written >= EARLY_SYNC_BYTES) {
        this.#earlySync ??= await EarlySync.open(this.#path + PART_SUFFIX);
        this.#earlySync.noteWritten(this.#written);
      }
    } catch (error) {
      throw asStorageError(error, { what: digest, fallback: "internal" });
    }
    this.#state = "open";
  }

  async commit(): Promise<void> {
    invariant(this.#state === "open", "a blob writer that failed or was closed has no blob");
    const { digest, size } = this.#options;
    if (this.#written !== size || this.#digester.digest() !== digest) return await this.#refuse();
    try {
      await this.#earlySync?.done();
      await this.#file.syncData();
      await this.#closeFiles(); // before the rename, because Windows does not rename open files
      await publishFile(this.#path + PART_SUFFIX, this.#path);
    } catch (error) {
      throw asStorageError(error, { what: digest, fallback: "internal" });
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    await this.#closeFiles();
    this.#options.onClose();
  }

  async #refuse(): Promise<never> {
    await this.#closeFiles();
    await removeIfThere(this.#path + PART_SUFFIX);
    await this.close();
    throw blobCorrupt(this.#options.digest);
  }

  async #closeFiles(): Promise<void> {
    this.#file[Symbol.dispose](); // unlike close(), this may be called twice
    await this.#earlySync?.close();
  }
}

/** The rest of an earlier reception: its file, positioned at the end, and the state of its hash. */
interface Kept {
  readonly file: Deno.FsFile;
  readonly digester: Digester;
  readonly length: number;
}

async function openPart(path: string, size: number): Promise<Kept> {
  const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  try {
    const { size: length } = await file.stat();
    const digester = new Digester();
    if (length > size) {
      await file.truncate(0);
      return { file, digester, length: 0 };
    }
    const buffer = new Uint8Array(Math.min(length, REHASH_BYTES));
    for (let hashed = 0; hashed < length;) {
      const count = await file.read(buffer);
      invariant(count !== null, "a part shrank while it was read");
      digester.update(buffer.subarray(0, count));
      hashed += count;
    }
    return { file, digester, length };
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * Syncs a file through a handle of its own, because operations on one handle wait for each other.
 */
class EarlySync {
  readonly #file: Deno.FsFile;
  #begun = 0;
  #running: Promise<void> | null = null;
  #failure: unknown = null;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  static async open(path: string): Promise<EarlySync> {
    return new EarlySync(await Deno.open(path, { write: true }));
  }

  /** Starts a sync if enough was written since the last one, and none is running. */
  noteWritten(written: number): void {
    if (this.#running !== null || written - this.#begun < EARLY_SYNC_BYTES) return;
    this.#begun = written;
    this.#running = this.#sync();
  }

  /**
   * Waits for the running sync and throws the error that any sync met. The system reports a failed
   * write-back only once.
   */
  async done(): Promise<void> {
    await this.#running;
    if (this.#failure !== null) throw this.#failure;
  }

  async close(): Promise<void> {
    await this.#running;
    this.#file[Symbol.dispose]();
  }

  async #sync(): Promise<void> {
    try {
      await this.#file.syncData();
    } catch (error) {
      this.#failure = error;
    }
    this.#running = null;
  }
}
