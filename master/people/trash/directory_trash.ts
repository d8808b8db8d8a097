import { join } from "node:path";
import {
  asStorageError,
  makeDirectoryDurably,
  removeIfThere,
  writeFileDurably,
} from "../../../protocol/host/durable_file.ts";
import { readJsonFile, writeJsonFile } from "../../../protocol/host/json_file.ts";
import { asDmlError, DmlError } from "../../../protocol/kernel/errors.ts";
import { ID_PATTERN } from "../../../protocol/kernel/id.ts";
import type { Log } from "../../../protocol/kernel/log.ts";
import { type StoredEntry, storedEntrySchema, type TrashStore } from "./trash_store.ts";

/** File of an entry that is written last: without it, the entry does not exist. */
const ENTRY_FILE = "entry.json";

/**
 * A trash in a directory: a directory for each entry, with numbered archives. Only the owner can
 * read it.
 */
export class DirectoryTrash implements TrashStore {
  readonly #path: string;
  readonly #log: Log;

  private constructor(path: string, { log }: { log: Log }) {
    this.#path = path;
    this.#log = log;
  }

  /** Opens the trash in the directory at `path`, without what a crash left of an entry. */
  static async open(path: string, options: { log: Log }): Promise<DirectoryTrash> {
    const trash = new DirectoryTrash(path, options);
    await trash.#sweep();
    return trash;
  }

  async put(
    entryId: string,
    archives: AsyncIterable<string>,
    entry: (archives: number) => StoredEntry,
  ): Promise<void> {
    const directory = this.#directoryOf(entryId);
    try {
      await Deno.mkdir(this.#path, { recursive: true, mode: 0o700 });
      await makeDirectoryDurably(directory);
      let count = 0;
      for await (const text of archives) {
        await writeFileDurably(join(directory, `${count++}.people`), new TextEncoder().encode(text));
      }
      await writeJsonFile(join(directory, ENTRY_FILE), entry(count));
    } catch (error) {
      await this.delete(entryId).catch(() => {}); // The first error says more.
      throw asStorageError(error, { what: directory, fallback: "home_unusable" });
    }
  }

  async list(): Promise<StoredEntry[]> {
    const entries: StoredEntry[] = [];
    for (const name of await this.#names()) {
      try {
        const entry = await readJsonFile(join(this.#path, name, ENTRY_FILE), storedEntrySchema);
        if (entry !== null && entry.entryId === name) entries.push(entry);
      } catch (error) {
        this.#log.warn("An entry of the trash cannot be read.", { entryId: name, reason: asDmlError(error).message });
      }
    }
    return entries;
  }

  async read(entryId: string, index: number): Promise<string> {
    const path = join(this.#directoryOf(entryId), `${index}.people`);
    try {
      return await Deno.readTextFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        throw new DmlError("blob_not_found", `The trash has no archive ${index} of ${entryId}.`);
      }
      throw asStorageError(error, { what: path, fallback: "home_unusable" });
    }
  }

  async delete(entryId: string): Promise<void> {
    const directory = this.#directoryOf(entryId);
    try {
      // The entry goes first, so that no half of it is ever brought back.
      await removeIfThere(join(directory, ENTRY_FILE));
      await Deno.remove(directory, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw asStorageError(error, { what: directory, fallback: "home_unusable" });
    }
  }

  /** Deletes what a crash left of entries that were being written or deleted. */
  async #sweep(): Promise<void> {
    for (const name of await this.#names()) {
      const entry = await Deno.stat(join(this.#path, name, ENTRY_FILE)).catch(() => null);
      if (entry === null) await this.delete(name);
    }
  }

  async #names(): Promise<string[]> {
    try {
      const found = await Array.fromAsync(Deno.readDir(this.#path));
      return found.filter(({ name, isDirectory }) => isDirectory && ID_PATTERN.test(name)).map(({ name }) => name);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw asStorageError(error, { what: this.#path, fallback: "home_unusable" });
    }
  }

  #directoryOf(entryId: string): string {
    return join(this.#path, entryId);
  }
}
