import { join } from "node:path";
import { asStorageError, makeDirectoryDurably, publishFile, syncDirectory } from "../../protocol/host/durable_file.ts";
import { freeDiskBytes } from "../../protocol/host/free_disk.ts";
import { NIGHTLY_DIRECTORY, nightlyName, nightlyNames, nightlyTimeMs } from "../../protocol/host/nightly_directory.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { nextNightMs } from "./next_night.ts";
import { copySecretFiles } from "./secret_files.ts";

/** Longest sleep: the wall clock may be set, and a laptop may be closed at night. */
const LOOK_EVERY_MS = 600_000;
/** Prefix of copies that are not complete. */
const UNFINISHED_PREFIX = "unfinished-";

/** A database that can be copied while it is in use. */
export interface NightlyDatabase {
  copyTo(path: string): Promise<void>;
}

export interface NightlyOptions {
  /** Path of the directory of the master. */
  readonly directory: string;
  /** The databases in that directory, by the names of their files. */
  readonly databases: Readonly<Record<string, NightlyDatabase>>;
  /** Number of copies that are kept; 0 for none, not even a new one. */
  readonly keep: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Returns the free space of the disk of a directory; `null` if it is unknown. */
  readonly freeBytes?: (directory: string) => number | null;
}

/**
 * Copies the databases and the secret files of a master into its own directory every night, and
 * deletes the oldest copies. A copy helps against a mistake or a damaged file, not against a lost
 * disk; `dml backup` does.
 */
export class NightlyCopies {
  readonly #options: NightlyOptions;
  #cancel = () => {};
  #copying: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: NightlyOptions) {
    this.#options = options;
  }

  /** Waits for the night, and each one after it, until {@linkcode NightlyCopies.stop}. */
  async start(): Promise<void> {
    if (this.#options.keep > 0) this.#waitUntil(await this.#nextMs());
  }

  /** Ends the waiting, and resolves once no copy is being made. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#copying;
  }

  /**
   * Makes a copy now, which gets its name when it is complete, and deletes the oldest ones. Returns
   * its name. Throws `disk_full` or `home_unusable`.
   */
  async copy(): Promise<string> {
    const { directory, keep, clock, log } = this.#options;
    const nightly = join(directory, NIGHTLY_DIRECTORY);
    const startedMs = clock.nowMs();
    const name = nightlyName(clock.wallMs());
    try {
      await makeDirectoryDurably(nightly);
      await this.#removeUnfinished(nightly);
      const bytes = this.#checkRoom(nightly);
      const unfinished = await Deno.makeTempDir({ dir: nightly, prefix: UNFINISHED_PREFIX });
      try {
        for (const [file, database] of Object.entries(this.#options.databases)) {
          await database.copyTo(join(unfinished, file));
        }
        await copySecretFiles(directory, unfinished);
        await syncDirectory(unfinished);
        // One of the same minute is replaced.
        await removeTree(join(nightly, name));
        await publishFile(unfinished, join(nightly, name));
      } catch (error) {
        await removeTree(unfinished);
        throw error;
      }
      await this.#removeAllBut(keep, nightly);
      const tookMs = Math.round(clock.nowMs() - startedMs);
      log.info("The nightly copy of the master's data was made.", { path: join(nightly, name), bytes, tookMs });
      return name;
    } catch (error) {
      throw asStorageError(error, { what: "the nightly copy of the master's data", fallback: "home_unusable" });
    }
  }

  async #nextMs(): Promise<number> {
    const { directory, clock, random } = this.#options;
    const newest = (await nightlyNames(directory)).at(-1);
    const newestMs = newest === undefined ? null : nightlyTimeMs(newest);
    return nextNightMs({ nowMs: clock.wallMs(), newestMs, random });
  }

  #waitUntil(dueMs: number): void {
    const { clock } = this.#options;
    const leftMs = dueMs - clock.wallMs();
    if (this.#isStopped) return;
    this.#cancel = clock.after(Math.max(0, Math.min(leftMs, LOOK_EVERY_MS)), () => {
      if (clock.wallMs() < dueMs) return this.#waitUntil(dueMs);
      this.#copying = this.#copyAndWait();
    });
  }

  async #copyAndWait(): Promise<void> {
    const { clock, random, log } = this.#options;
    try {
      await this.copy();
    } catch (error) {
      const { code, message, advice } = asDmlError(error);
      if (code !== "shutting_down") {
        log.warn("There is no copy of the master's data of this night.", { code, error: message, advice });
      }
    }
    // Also after a failure: what fails now fails in an hour too, and every time says so.
    const nowMs = clock.wallMs();
    this.#waitUntil(nextNightMs({ nowMs, newestMs: nowMs, random }));
  }

  /** Returns how many bytes will be copied. Throws `disk_full` if they would leave too little room. */
  #checkRoom(nightly: string): number {
    const { directory, databases, freeBytes = freeDiskBytes } = this.#options;
    const paths = Object.keys(databases).map((name) => join(directory, name));
    const bytes = paths.reduce((sum, path) => sum + sizeOf(path) + sizeOf(`${path}-wal`), 0);
    const free = freeBytes(nightly);
    if (free === null || free - bytes >= LIMITS.nightlyFreeBytesMin) return bytes;
    throw new DmlError("disk_full", `The nightly copy needs ${bytes} bytes, and ${free} are free.`, {
      advice: "Free some space in the data directory (DML_HOME), or keep fewer copies with `dml serve --backups N`.",
    });
  }

  async #removeUnfinished(nightly: string): Promise<void> {
    for await (const { name } of Deno.readDir(nightly)) {
      if (name.startsWith(UNFINISHED_PREFIX)) await removeTree(join(nightly, name));
    }
  }

  async #removeAllBut(count: number, nightly: string): Promise<void> {
    const names = await nightlyNames(this.#options.directory);
    for (const name of names.slice(0, Math.max(0, names.length - count))) await removeTree(join(nightly, name));
  }
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
