import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { StoredEntry, TrashStore } from "./trash_store.ts";

/** A trash that lasts as long as the process. */
export class MemoryTrash implements TrashStore {
  readonly #entries = new Map<string, { entry: StoredEntry; archives: readonly string[] }>();

  async put(
    entryId: string,
    archives: AsyncIterable<string>,
    entry: (archives: number) => StoredEntry,
  ): Promise<void> {
    const texts = await Array.fromAsync(archives);
    this.#entries.set(entryId, { entry: entry(texts.length), archives: texts });
  }

  list(): Promise<StoredEntry[]> {
    return Promise.resolve([...this.#entries.values()].map(({ entry }) => entry));
  }

  read(entryId: string, index: number): Promise<string> {
    const text = this.#entries.get(entryId)?.archives[index];
    if (text !== undefined) return Promise.resolve(text);
    return Promise.reject(new DmlError("blob_not_found", `The trash has no archive ${index} of ${entryId}.`));
  }

  delete(entryId: string): Promise<void> {
    this.#entries.delete(entryId);
    return Promise.resolve();
  }
}
