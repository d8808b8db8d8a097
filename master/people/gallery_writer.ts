import { GALLERY_BUCKETS_MAX } from "../../models/gallery/gallery_index.ts";
import { bucketOf } from "../../models/gallery/gallery_bucket.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { checkBuilt } from "../blobs/check_built.ts";
import { buildGallery, digestsOf, totalOf } from "./build_gallery.ts";
import type { GalleryReach } from "../core/decide/decide_galleries.ts";
import type { GalleryDelivery } from "./gallery_delivery.ts";
import type { BuiltGallery, GalleryRecord, PeopleChange, PeopleStore } from "./people_store.ts";

/** One change of a gallery. */
export interface GalleryChange {
  /** Changes that are stored together with the new version, all of them or none. */
  readonly changes: readonly PeopleChange[];
  /** Ids of the people whose buckets are affected; `all` if every bucket is. */
  readonly people: readonly string[] | "all";
  /** The record of the gallery to store; the writer sets its version and its time of change. */
  readonly record: GalleryRecord;
  /** Crops to store before the changes. */
  readonly crops?: readonly { digest: Digest; bytes: Uint8Array<ArrayBuffer> }[];
  /** Crops that may no longer be needed. */
  readonly dropped?: readonly Digest[];
}

/** Version of a change, and the number of nodes that it has reached. */
export interface PublishedChange extends GalleryReach {
  readonly version: number;
}

export interface GalleryWriterOptions {
  readonly store: PeopleStore;
  readonly durable: BlobStore;
  readonly publisher: GalleryDelivery;
  readonly clock: Clock;
  readonly log: Log;
}

/** Work that is due for the next version of a gallery. */
interface Due {
  /**
   * Changed buckets, numbered as if the gallery had {@linkcode GALLERY_BUCKETS_MAX} of them, the
   * most that it can have.
   */
  readonly slots: Set<number>;
  all: boolean;
  readonly waiting: PromiseWithResolvers<PublishedChange>[];
}

/**
 * Makes every change of every gallery, one after the other: stores it, builds the next version of
 * the buckets that changed, publishes that version to the nodes, and only then resolves. Changes
 * that arrive while others are being stored share one version.
 */
export class GalleryWriter {
  readonly #options: GalleryWriterOptions;
  readonly #due = new Map<string, Due>();
  readonly #checking = new Set<string>();
  #isClosed = false;
  readonly #publishing = new Set<Promise<GalleryReach>>();
  /** Tail of the queue: one operation at a time uses the store and the blobs together. */
  #queueTail: Promise<unknown> = Promise.resolve();

  constructor(options: GalleryWriterOptions) {
    this.#options = options;
  }

  /**
   * Stores the change that `prepare` returns and brings it into force. `prepare` receives the
   * record of the gallery as it is at that moment (`null` if there is no such gallery); if it
   * returns `null`, nothing changes. Throws what `prepare` throws.
   */
  async change(
    gallery: string,
    prepare: (record: GalleryRecord | null, nowMs: number) => GalleryChange | null,
  ): Promise<PublishedChange | null> {
    const waiting = await this.#enqueue(() => this.#keep(gallery, prepare));
    return await waiting?.promise ?? null;
  }

  /** Deletes a gallery, its people, and all blobs that were made for it. */
  async remove(record: GalleryRecord, crops: readonly Digest[]): Promise<void> {
    const { store, publisher, clock } = this.#options;
    const gallery = record.name;
    await this.#enqueue(async () => {
      // A version that is being published must not reach the nodes after the gallery was retired.
      await Promise.allSettled(this.#publishing);
      publisher.retire(gallery);
      const current = store.gallery(gallery);
      if (current === null) return;
      const version = current.version + 1;
      const superseded = [...new Set([...current.superseded, ...digestsOf(current.built), ...crops])];
      const emptied = { ...current, version, changedMs: clock.wallMs(), built: null, superseded };
      // The people are removed first, so that nobody finds them any more; the record keeps the list
      // of the blobs that are still to be deleted, in case of a crash.
      const names = store.people(gallery, { after: null, limit: LIMITS.galleryPeopleMax });
      store.apply([
        ...names.map(({ personId }) => ({ type: "person_removed", personId } as const)),
        { type: "gallery_put", record: emptied },
      ]);
      await this.#deleteSuperseded(gallery);
      store.apply([{ type: "gallery_removed", gallery }]);
    });
  }

  /**
   * Brings every gallery into force again as it was left, after completing what a crash
   * interrupted.
   */
  start(): void {
    for (const { name } of this.#options.store.galleries()) this.recheck(name);
  }

  /** Brings a gallery into force again, and builds it anew if its blobs are missing or damaged. */
  recheck(gallery: string): void {
    if (this.#isClosed || this.#checking.has(gallery)) return;
    this.#checking.add(gallery);
    this.#enqueue(() => this.#resume(gallery)).catch((error) => {
      this.#options.log.error("A gallery could not be brought into force.", { gallery, error });
    }).finally(() => this.#checking.delete(gallery));
  }

  /** Resolves once every change that was begun is stored and built. */
  async settled(): Promise<void> {
    await this.#queueTail;
  }

  /** Completes what was begun and refuses new changes; the store may be closed afterwards. */
  async close(): Promise<void> {
    await this.settled();
    this.#isClosed = true;
  }

  async #resume(gallery: string): Promise<void> {
    const record = this.#options.store.gallery(gallery);
    if (record === null) return;
    const { built, version } = record;
    const isWhole = built === null || await checkBuilt(digestsOf(built), { ...this.#options, gallery });
    if (built !== null && built.version === version && isWhole) return void this.#publish(record, built, []);
    // Nodes that could not use the damaged version are offered a newer one at once.
    if (!isWhole) this.#options.store.apply([{ type: "gallery_put", record: { ...record, version: version + 1 } }]);
    this.#scheduleBuild(gallery, "all");
  }

  async #keep(
    gallery: string,
    prepare: (record: GalleryRecord | null, nowMs: number) => GalleryChange | null,
  ): Promise<PromiseWithResolvers<PublishedChange> | null> {
    const { store, durable, clock } = this.#options;
    const change = prepare(store.gallery(gallery), clock.wallMs());
    if (change === null) return null;
    for (const { digest, bytes } of change.crops ?? []) await durable.put(digest, bytes);
    const { record, dropped = [] } = change;
    const superseded = [...new Set([...record.superseded, ...dropped])];
    const next = { ...record, superseded, version: record.version + 1, changedMs: clock.wallMs() };
    const isNew = store.gallery(gallery) === null;
    const put = { type: "gallery_put", record: next } as const;
    store.apply(isNew ? [put, ...change.changes] : [...change.changes, put]);
    const waiting = Promise.withResolvers<PublishedChange>();
    this.#scheduleBuild(gallery, change.people).waiting.push(waiting);
    return waiting;
  }

  #scheduleBuild(gallery: string, people: readonly string[] | "all"): Due {
    let due = this.#due.get(gallery);
    if (due === undefined) {
      due = { slots: new Set(), all: false, waiting: [] };
      this.#due.set(gallery, due);
      void this.#enqueue(() => this.#build(gallery));
    }
    if (people === "all") due.all = true;
    else for (const personId of people) due.slots.add(bucketOf(personId, GALLERY_BUCKETS_MAX));
    return due;
  }

  async #build(gallery: string): Promise<void> {
    const { store, durable } = this.#options;
    const due = this.#due.get(gallery);
    this.#due.delete(gallery);
    const record = store.gallery(gallery);
    if (due === undefined || record === null) {
      for (const { resolve } of due?.waiting ?? []) resolve({ version: 0, ready: 0, pending: 0, failed: 0 });
      return;
    }
    try {
      const built = await buildGallery(record, { store, durable, slots: due.all ? "all" : due.slots });
      const isNeeded = new Set(digestsOf(built));
      const old = [...record.superseded, ...digestsOf(record.built)].filter((digest) => !isNeeded.has(digest));
      const superseded = [...new Set(old)];
      store.apply([{ type: "gallery_put", record: { ...record, built, superseded } }]);
      void this.#publish(record, built, due.waiting);
    } catch (error) {
      // The change stays stored: the next change, or the next start, builds the version that it
      // belongs to.
      this.#options.log.error("A gallery could not be built.", { gallery, error });
      for (const { reject } of due.waiting) reject(error);
    }
  }

  /**
   * Publishes a version, resolves the changes that wait for it, and deletes the blobs that it
   * replaced.
   */
  async #publish(
    { name, embedder }: GalleryRecord,
    { version, index, buckets }: BuiltGallery,
    waiting: readonly PromiseWithResolvers<PublishedChange>[],
  ): Promise<void> {
    const { people } = totalOf(buckets);
    const publishing = this.#options.publisher.publish({ gallery: name, version, index, embedder, people });
    this.#publishing.add(publishing);
    try {
      const reach = await publishing;
      for (const { resolve } of waiting) resolve({ version, ...reach });
    } catch (error) {
      this.#options.log.error("A gallery could not be published.", { gallery: name, version, error });
      for (const { reject } of waiting) reject(error);
    } finally {
      this.#publishing.delete(publishing);
    }
    // Blobs that a stopping master leaves are deleted at its next start.
    if (!this.#isClosed) await this.#enqueue(() => this.#deleteSuperseded(name));
  }

  async #deleteSuperseded(gallery: string): Promise<void> {
    const { store, durable, log } = this.#options;
    const record = store.gallery(gallery);
    if (record === null || record.superseded.length === 0) return;
    const needed = new Set(store.galleries().flatMap(({ built }) => digestsOf(built)));
    try {
      for (const digest of record.superseded) {
        if (!needed.has(digest) && !store.isCropUsed(digest)) await durable.delete(digest);
      }
      store.apply([{ type: "gallery_put", record: { ...record, superseded: [] } }]);
    } catch (error) {
      log.error("Blobs of an older version of a gallery could not be deleted.", { gallery, error });
    }
  }

  #enqueue<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new DmlError("shutting_down", "The master stops."));
    const done = this.#queueTail.then(work);
    this.#queueTail = done.catch(() => undefined);
    return done;
  }
}
