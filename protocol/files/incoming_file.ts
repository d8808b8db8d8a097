import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { asStorageError, removeIfThere, writeAll } from "../host/durable_file.ts";
import type { Clock } from "../kernel/clock.ts";
import { Digester } from "../kernel/digest.ts";
import { asDmlError, DmlError } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { CopiedFile } from "../messages/files.ts";
import { hashRest } from "./reading.ts";
import { changedUnder, fileError, isSameFile, type RootDirectory } from "./root_directory.ts";

/**
 * A file that arrives piece by piece: into the folder for unfinished files, then verified, synced
 * and renamed. What has arrived stays there if it is closed, so that a later copy of the same file
 * goes on.
 */
export class IncomingFile {
  readonly copied: CopiedFile;
  readonly #root: RootDirectory;
  readonly #clock: Clock;
  readonly #part: string;
  #file: Deno.FsFile | null = null;
  #digester = new Digester();
  /** Bytes that an earlier copy has left. */
  #kept = 0;
  #written = 0;
  #isWriting = false;
  #state: "open" | "done" | "closed" = "open";
  #failure: DmlError | null = null;
  #waiting: (() => void)[] = [];

  constructor(root: RootDirectory, copied: CopiedFile, { clock }: { clock: Clock }) {
    this.#root = root;
    this.#clock = clock;
    this.copied = copied;
    const name = createHash("sha256").update(`${copied.digest}\n${copied.path}`).digest("hex").slice(0, 40);
    this.#part = join(root.partsPath, name);
  }

  /** Number of bytes that are here. Known without a wait, so that no change is missed. */
  get #reached(): number {
    return this.#file === null ? this.#kept : this.#written;
  }

  get isDone(): boolean {
    return this.#state === "done";
  }

  /** Looks how many bytes an earlier copy has left. Call it before the first write. */
  async receivedBytes(): Promise<number> {
    try {
      const { isFile, size } = await Deno.lstat(this.#part);
      this.#kept = isFile && size < this.copied.size ? size : 0;
      return this.#kept;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw fileError(error, this.copied.path);
    }
  }

  /**
   * Writes `bytes`, which begin at `offset`, once all bytes before them are there; with the last ones
   * the file gets its name. Returns the directory whose entry has changed then, which is to be
   * synced; else `null`. Bytes that are there already are ignored. Throws `disk_full`,
   * `blob_corrupt`, `path_refused` or `deadline_exceeded`.
   */
  async write(offset: number, bytes: Uint8Array, { signal }: { signal: AbortSignal }): Promise<string | null> {
    await this.#turn(offset, signal);
    if (this.#state === "done") return null;
    this.#isWriting = true;
    try {
      const file = await this.#open();
      if (offset + bytes.length > this.copied.size) throw tooLong(this.copied);
      if (this.#written > offset + bytes.length) return null;
      const rest = bytes.subarray(this.#written - offset);
      const writing = writeAll(file, rest); // hashed here while another thread writes
      this.#digester.update(rest);
      await writing;
      this.#written += rest.length;
      return this.#written < this.copied.size ? null : await this.#publish(file);
    } catch (error) {
      this.#failure = storageError(error, this.copied.path);
      await this.#discard();
      throw this.#failure;
    } finally {
      this.#isWriting = false;
      if (this.#state === "closed") this.#closeFile();
      this.#wake();
    }
  }

  /** Ends the reception; what has arrived is kept. */
  close(): void {
    if (this.#state === "open") this.#state = "closed";
    this.#failure ??= new DmlError("cancelled", `The copy of ${this.copied.path} was given up.`);
    this.#wake();
    if (!this.#isWriting) this.#closeFile();
  }

  /** Waits until the bytes before `offset` are there and nothing else is written. */
  async #turn(offset: number, signal: AbortSignal): Promise<void> {
    let isLate = false;
    const late = () => {
      isLate = true;
      this.#wake();
    };
    const cancel = this.#clock.after(LIMITS.fileTurnMs, late);
    const wake = () => this.#wake();
    signal.addEventListener("abort", wake);
    try {
      while (this.#isWriting || (this.#state === "open" && this.#failure === null && offset > this.#reached)) {
        if (isLate) {
          throw new DmlError("deadline_exceeded", `The bytes before ${offset} of ${this.copied.path} are late.`);
        }
        if (signal.aborted) throw new DmlError("cancelled", `The copy of ${this.copied.path} was given up.`);
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    } finally {
      cancel();
      signal.removeEventListener("abort", wake);
    }
    if (this.#failure !== null && this.#state !== "done") throw this.#failure;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #open(): Promise<Deno.FsFile> {
    if (this.#file !== null) return this.#file;
    await this.#root.makePartsFolder();
    try {
      this.#file = await Deno.open(this.#part, { read: true, write: true, createNew: true, mode: 0o600 });
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      await this.#openAgain();
    }
    return this.#file!;
  }

  /** Opens what an earlier copy has left, and hashes it. */
  async #openAgain(): Promise<void> {
    const before = await Deno.lstat(this.#part);
    if (!before.isFile || (before.nlink ?? 1) > 1) throw changedUnder(this.copied.path);
    const file = this.#file = await Deno.open(this.#part, { read: true, write: true });
    if (!isSameFile(await file.stat(), before)) throw changedUnder(this.copied.path);
    if (before.size < this.copied.size) this.#written = await hashRest(file, this.#digester, before.size);
    else await file.truncate(0);
  }

  /** Verifies and syncs the file, and gives it its name. Returns the directory that it is in then. */
  async #publish(file: Deno.FsFile): Promise<string> {
    const { path, digest, mode, modifiedMs } = this.copied;
    if (this.#digester.digest() !== digest) {
      throw new DmlError("blob_corrupt", `The bytes of ${path} are not those that were announced.`, {
        advice: "The file may have changed while it was read; run it again.",
      });
    }
    const time = new Date(modifiedMs);
    await file.utime(time, time);
    await file.syncData();
    this.#closeFile(); // before the rename, because Windows does not rename open files
    await setMode(this.#part, mode);
    const place = await this.#root.place(path);
    await refuseOccupied(place, path);
    await Deno.rename(this.#part, place);
    if (await this.#root.resolve(path) !== place) throw changedUnder(path);
    this.#state = "done";
    return dirname(place);
  }

  async #discard(): Promise<void> {
    this.#closeFile();
    this.#state = "closed";
    await removeIfThere(this.#part);
  }

  #closeFile(): void {
    this.#file?.[Symbol.dispose](); // unlike close(), this may be called twice
  }
}

/** Sets the permission bits of a file or directory, where the system has such. */
export async function setMode(place: string, mode: number): Promise<void> {
  if (Deno.build.os !== "windows") await Deno.chmod(place, mode);
}

/** Throws `path_refused` if something other than a regular file has the name. */
export async function refuseOccupied(place: string, path: string): Promise<void> {
  try {
    const { isFile, isSymlink, isDirectory } = await Deno.lstat(place);
    if (isFile && !isSymlink) return;
    const kind = isSymlink ? "link" : isDirectory ? "directory" : "device";
    throw new DmlError("path_refused", `${path} is a ${kind}, which no file replaces; remove it first.`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function tooLong({ path, size }: CopiedFile): DmlError {
  return new DmlError("request_invalid", `More bytes than the ${size} announced ones came for ${path}.`);
}

function storageError(error: unknown, path: string): DmlError {
  const known = asStorageError(error, { what: path, fallback: "internal" });
  if (known.code === "disk_full") {
    return new DmlError("disk_full", known.message, {
      advice: "Free some space where the file is to lie.",
      cause: error,
    });
  }
  return known.code === "internal" ? fileError(error, path) : asDmlError(known);
}
