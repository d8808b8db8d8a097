import type { Restored, TrashEntry, TrashKind } from "../../../protocol/http_api/trash_api.ts";
import type { ImportAnswer } from "../../../protocol/http_api/people_api.ts";
import type { BlobStore } from "../../../protocol/ports/blob_store.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../../protocol/kernel/errors.ts";
import { newId } from "../../../protocol/kernel/id.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Log } from "../../../protocol/kernel/log.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import { type ExportChoice, exportParts } from "../export_people.ts";
import type { GalleryRecord, PeopleStore } from "../people_store.ts";
import type { StoredEntry, TrashStore } from "./trash_store.ts";

/** Interval between two looks for entries whose time has passed. */
const SWEEP_MS = 3_600_000;

export interface TrashOptions {
  readonly trash: TrashStore;
  readonly store: PeopleStore;
  readonly durable: BlobStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Actions by which the people of an entry come back. */
export interface Restoring {
  import(archive: string): Promise<ImportAnswer>;
  /** Takes the faces with these ids away from a person, as far as they still have them. */
  takeFaces(name: string, faceIds: readonly string[]): Promise<void>;
}

/**
 * Removed people, for a time. They are kept as archives, as `dml people export` writes them: no
 * node gets them, no prediction uses them, and a backup leaves them out.
 */
export class Trash {
  readonly #options: TrashOptions;
  readonly #stopped = new AbortController();
  #cancelSweep = () => {};
  #work: Promise<void> = Promise.resolve();

  constructor(options: TrashOptions) {
    this.#options = options;
  }

  /** Deletes what is too old, now and then at regular intervals, until {@linkcode stop}. */
  start(): void {
    this.#work = this.#sweep();
    this.#cancelSweep = this.#options.clock.after(SWEEP_MS, () => this.start());
  }

  async stop(): Promise<void> {
    this.#cancelSweep();
    this.#stopped.abort();
    await this.#work;
  }

  /** Keeps what `choice` selects of a gallery, before it is removed. */
  async keep(
    record: GalleryRecord,
    { kind, name = null, into = null, movedFaceIds = [], choice }: {
      kind: TrashKind;
      name?: string | null;
      into?: string | null;
      movedFaceIds?: readonly string[];
      choice: ExportChoice;
    },
  ): Promise<void> {
    const { trash, clock, random } = this.#options;
    const entryId = newId("trash", random);
    const count = { people: 0, faces: 0 };
    const parts = exportParts(record, { ...this.#options, choice, count });
    const removedMs = clock.wallMs();
    const expiresMs = removedMs + LIMITS.trashKeptMs;
    await trash.put(entryId, parts, (archives) => ({
      ...{ entryId, kind, gallery: record.name, name, into, ...count, removedMs, expiresMs },
      movedFaceIds: [...movedFaceIds],
      archives,
    }));
    await this.#dropOldest();
  }

  /** Returns what the trash has of `gallery`, the newest first. */
  async list(gallery: string): Promise<TrashEntry[]> {
    const entries = (await this.#entries()).filter((entry) => entry.gallery === gallery);
    return entries.map(({ movedFaceIds: _moved, archives: _archives, ...entry }) => entry);
  }

  /** Brings an entry back. Throws `trash_unknown`, and every error of an import. */
  async restore(gallery: string, entryId: string, restoring: Restoring): Promise<Restored> {
    const stored = await this.#find(gallery, entryId);
    const { movedFaceIds, archives, ...entry } = stored;
    if (entry.into !== null) await restoring.takeFaces(entry.into, movedFaceIds);
    const total = { facesAdded: 0, facesKnown: 0 };
    let inForce: Restored["inForce"] = null;
    for (let index = 0; index < archives; index++) {
      const answer = await restoring.import(await this.#options.trash.read(entryId, index));
      total.facesAdded += answer.facesAdded;
      total.facesKnown += answer.facesKnown;
      inForce = answer.inForce ?? inForce;
    }
    await this.#options.trash.delete(entryId);
    return { entry, ...total, inForce };
  }

  /** Deletes everything of `gallery` for good. Returns the number of entries. */
  async empty(gallery: string): Promise<number> {
    const entries = (await this.#entries()).filter((entry) => entry.gallery === gallery);
    for (const { entryId } of entries) await this.#options.trash.delete(entryId);
    return entries.length;
  }

  async #find(gallery: string, entryId: string): Promise<StoredEntry> {
    const entry = (await this.#entries()).find((entry) => entry.entryId === entryId && entry.gallery === gallery);
    if (entry !== undefined) return entry;
    throw new DmlError("trash_unknown", `The trash of the gallery ${gallery} has no ${entryId}.`);
  }

  /** Returns the entries whose time has not passed, the newest first. */
  async #entries(): Promise<StoredEntry[]> {
    const { trash, clock } = this.#options;
    const nowMs = clock.wallMs();
    return (await trash.list()).filter(({ expiresMs }) => expiresMs > nowMs)
      .sort((one, other) => other.removedMs - one.removedMs || (one.entryId < other.entryId ? -1 : 1));
  }

  async #dropOldest(): Promise<void> {
    for (const { entryId } of (await this.#entries()).slice(LIMITS.trashEntriesMax)) {
      await this.#options.trash.delete(entryId);
    }
  }

  async #sweep(): Promise<void> {
    const { trash, clock, log } = this.#options;
    try {
      const nowMs = clock.wallMs();
      for (const { entryId, expiresMs, gallery } of await trash.list()) {
        if (expiresMs > nowMs || this.#stopped.signal.aborted) continue;
        await trash.delete(entryId);
        log.info("People in the trash are deleted, because their time has passed.", { gallery, entryId });
      }
    } catch (error) {
      log.error("The trash of people could not be swept.", { reason: asDmlError(error).message });
    }
  }
}
