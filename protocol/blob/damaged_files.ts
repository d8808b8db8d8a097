import { basename, join } from "node:path";
import { makeDirectoryDurably, removeIfThere } from "../host/durable_file.ts";
import type { Clock } from "../kernel/clock.ts";
import { LIMITS } from "../kernel/limits.ts";

/**
 * A directory of damaged files, kept for whoever looks into a failing disk: the newest ones, up to
 * `LIMITS.damagedFilesMax` files and `LIMITS.damagedBytesMax` bytes.
 */
export class DamagedFiles {
  readonly #directory: string;
  readonly #clock: Clock;

  constructor(directory: string, { clock }: { clock: Clock }) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /** Moves the file at `path` here. Deletes it if it is larger than everything that is kept. */
  async take(path: string): Promise<void> {
    const { size } = await Deno.stat(path);
    if (size > LIMITS.damagedBytesMax) {
      await removeIfThere(path);
      return;
    }
    await makeDirectoryDurably(this.#directory);
    await this.#makeRoom(size);
    const kept = join(this.#directory, basename(path));
    await Deno.rename(path, kept);
    const nowSeconds = this.#clock.wallMs() / 1_000;
    await Deno.utime(kept, nowSeconds, nowSeconds); // the time at which it was found, by which the oldest go
  }

  async #makeRoom(bytes: number): Promise<void> {
    const files: { path: string; size: number; foundMs: number }[] = [];
    for await (const { name } of Deno.readDir(this.#directory)) {
      const path = join(this.#directory, name);
      const { size, mtime } = await Deno.stat(path);
      files.push({ path, size, foundMs: mtime?.getTime() ?? 0 });
    }
    files.sort((one, other) => one.foundMs - other.foundMs);
    let sum = files.reduce((total, { size }) => total + size, bytes);
    let count = files.length + 1;
    for (const { path, size } of files) {
      if (sum <= LIMITS.damagedBytesMax && count <= LIMITS.damagedFilesMax) return;
      await removeIfThere(path);
      sum -= size;
      count--;
    }
  }
}
