import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { digestSchema, z } from "../../protocol/schema.ts";

/**
 * Storage for the times at which cached files were last used: milliseconds since the Unix epoch,
 * keyed by digest.
 */
export interface UseTimes {
  load(): Promise<Map<Digest, number>>;
  save(times: ReadonlyMap<Digest, number>): Promise<void>;
}

/** Maximum number of files remembered; a node holds far fewer. */
const FILES_MAX = 100_000;

const useTimesSchema = z.strictObject({
  schema: z.literal(1),
  usedAtMs: z.array(z.tuple([digestSchema, z.number().int().min(0)])).max(FILES_MAX),
});

/** Use times for a cache that lives only as long as the process. */
export class MemoryUseTimes implements UseTimes {
  #times: ReadonlyMap<Digest, number> = new Map();

  load(): Promise<Map<Digest, number>> {
    return Promise.resolve(new Map(this.#times));
  }

  save(times: ReadonlyMap<Digest, number>): Promise<void> {
    this.#times = new Map(times);
    return Promise.resolve();
  }
}

/**
 * Use times in a file beside the cache. If it cannot be read or written, only the order of eviction
 * is lost.
 */
export class FileUseTimes implements UseTimes {
  readonly #path: string;
  readonly #log: Log;

  constructor(path: string, options: { log: Log }) {
    this.#path = path;
    this.#log = options.log;
  }

  async load(): Promise<Map<Digest, number>> {
    try {
      const kept = await readJsonFile(this.#path, useTimesSchema);
      return new Map(kept?.usedAtMs ?? []);
    } catch (error) {
      this.#log.warn("The times of last use of the model files could not be read.", { error: String(error) });
      return new Map();
    }
  }

  async save(times: ReadonlyMap<Digest, number>): Promise<void> {
    try {
      await writeJsonFile(this.#path, { schema: 1, usedAtMs: [...times].slice(-FILES_MAX) });
    } catch (error) {
      this.#log.warn("The times of last use of the model files could not be saved.", { error: String(error) });
    }
  }
}
