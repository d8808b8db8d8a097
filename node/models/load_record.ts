import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { digestSchema, type Infer, z } from "../../protocol/schema.ts";

/** Times that a model may bring down a worker or the node while it is loaded. */
const STRIKES_MAX = 2;
/** Failures to load by which a worker was lost. */
const STRIKES: readonly ErrorCode[] = ["worker_died", "deadline_exceeded"];

const recordSchema = z.strictObject({
  schema: z.literal(1),
  /** The model that is being loaded; `null` if none is. */
  loading: digestSchema.nullable(),
  /** Number of workers or nodes that each model has brought down. */
  strikes: z.array(z.tuple([digestSchema, z.number().int().min(1).max(1_000)])).max(LIMITS.modelsMax),
});

type Stored = Infer<typeof recordSchema>;

/** Storage of the record; one in memory lasts as long as the process. */
export interface LoadRecordStore {
  load(): Promise<Stored | null>;
  save(record: Stored): Promise<void>;
}

/**
 * The record in a file of the node's data directory. If it cannot be read or written, models are
 * loaded all the same.
 */
export function loadRecordFile(path: string, { log }: { log: Log }): LoadRecordStore {
  return {
    async load() {
      try {
        return await readJsonFile(path, recordSchema);
      } catch (error) {
        log.warn("The record of models that failed to load could not be read.", { error: String(error) });
        return null;
      }
    },
    async save(record) {
      try {
        await writeJsonFile(path, record);
      } catch (error) {
        log.warn("The record of models that failed to load could not be saved.", { error: String(error) });
      }
    },
  };
}

const FORGETFUL: LoadRecordStore = { load: () => Promise.resolve(null), save: () => Promise.resolve() };

/**
 * Record of the models that brought down a worker or this node while they were loaded. After the
 * second time a model is not loaded again, not even after a restart, until {@linkcode forgive}.
 */
export class LoadRecord {
  readonly #store: LoadRecordStore;
  readonly #strikes: Map<Digest, number>;

  private constructor(store: LoadRecordStore, strikes: Map<Digest, number>) {
    this.#store = store;
    this.#strikes = strikes;
  }

  /** Reads the record. A model that was being loaded when the node ended gets a strike. */
  static async open(store: LoadRecordStore = FORGETFUL): Promise<LoadRecord> {
    const kept = await store.load();
    const record = new LoadRecord(store, new Map(kept?.strikes));
    if (kept !== null && kept.loading !== null) await record.#strike(kept.loading);
    return record;
  }

  /** Returns a record that lasts as long as this process. */
  static inMemory(): LoadRecord {
    return new LoadRecord(FORGETFUL, new Map());
  }

  /** Loads a model by `load`. Throws its errors, and `engine_failed` for a model with two strikes. */
  async watch<Result>(manifestDigest: Digest, load: () => Promise<Result>): Promise<Result> {
    if ((this.#strikes.get(manifestDigest) ?? 0) >= STRIKES_MAX) {
      const reason = `It brought down a worker or the node ${STRIKES_MAX} times while it was loaded here. ` +
        "`dml nodes resume NAME` lets it be tried again.";
      throw new DmlError("engine_failed", reason);
    }
    await this.#save(manifestDigest);
    try {
      const result = await load();
      this.#strikes.delete(manifestDigest);
      await this.#save(null);
      return result;
    } catch (error) {
      if (STRIKES.includes(asDmlError(error).code)) await this.#strike(manifestDigest);
      else await this.#save(null);
      throw error;
    }
  }

  /** Forgets all strikes, because somebody wants the models to be tried again. */
  async forgive(): Promise<void> {
    this.#strikes.clear();
    await this.#save(null);
  }

  /** Records that this node ends in an orderly way: no model is to blame. */
  async close(): Promise<void> {
    await this.#save(null);
  }

  async #strike(manifestDigest: Digest): Promise<void> {
    this.#strikes.set(manifestDigest, (this.#strikes.get(manifestDigest) ?? 0) + 1);
    await this.#save(null);
  }

  async #save(loading: Digest | null): Promise<void> {
    const strikes = [...this.#strikes].slice(-LIMITS.modelsMax);
    await this.#store.save({ schema: 1, loading, strikes });
  }
}
