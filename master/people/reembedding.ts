import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { GalleryListing } from "../../protocol/http_api/people_api.ts";
import { backoffMs } from "../../protocol/kernel/backoff.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { embedCrop } from "./embed_crop.ts";
import type { FaceFinder } from "./face_finder.ts";
import type { GalleryWriter } from "./gallery_writer.ts";
import type { FaceRecord, GalleryRecord, PeopleStore } from "./people_store.ts";
import { areSameThresholds, withModelThresholds } from "./thresholds_in_force.ts";

/** Interval between checks for a new embedder of the current model. */
const CHECK_MS = 2_000;
/**
 * Number of faces embedded at once: enough to keep a few nodes busy, and to leave room for users.
 */
const FACES_AT_ONCE = 4;
/** Number of faces after which the log reports the progress. */
const PROGRESS_FACES = 200;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;

export interface ReembeddingOptions {
  readonly store: PeopleStore;
  readonly galleryWriter: GalleryWriter;
  readonly durable: BlobStore;
  readonly finder: FaceFinder;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Moves galleries to a new embedder. A gallery belongs to the embedder that made its embeddings. If
 * the current model has another one, every face is embedded again from its crop, in the background;
 * until that is done, the gallery stays in force as it was, with its thresholds. A master that stops
 * in between continues where it stopped.
 */
export class Reembedding {
  readonly #options: ReembeddingOptions;
  readonly #stopped = new AbortController();
  /** The embedder that each gallery is moving to, by gallery. */
  readonly #moving = new Map<string, Digest>();
  readonly #work = new Set<Promise<void>>();
  #cancelCheck = () => {};

  constructor(options: ReembeddingOptions) {
    this.#options = options;
  }

  /** Checks at once and then at regular intervals, until {@linkcode stop}. */
  start(): void {
    this.check();
    this.#cancelCheck = this.#options.clock.after(CHECK_MS, () => this.start());
  }

  async stop(): Promise<void> {
    this.#cancelCheck();
    this.#stopped.abort();
    await Promise.all(this.#work);
  }

  /**
   * Returns the progress of a gallery on the way to a new embedder; `null` if it is not moving to
   * one.
   */
  progressOf(gallery: string): GalleryListing["reembedding"] {
    const embedder = this.#moving.get(gallery);
    if (embedder === undefined) return null;
    return { embedder, left: this.#options.store.countWithout(gallery, embedder) };
  }

  /**
   * Starts the move of every gallery whose embedder is not that of the current model, and brings
   * other thresholds of the same embedder into force.
   */
  check(): void {
    const { store, finder } = this.#options;
    const galleries = store.galleries();
    if (galleries.length === 0 || this.#stopped.signal.aborted) return;
    const embedder = embedderOf(finder);
    if (embedder === null) return;
    const modelThresholds = finder.thresholdsOf(embedder);
    for (const record of galleries) {
      if (this.#moving.has(record.name)) continue;
      if (record.embedder === embedder) {
        if (!areSameThresholds(record.modelThresholds, modelThresholds)) this.#begin(this.#changeThresholds(record));
        continue;
      }
      this.#moving.set(record.name, embedder);
      this.#begin(this.#move(record, embedder).finally(() => this.#moving.delete(record.name)));
    }
  }

  /** Lets {@linkcode stop} wait for `work`. */
  #begin(work: Promise<void>): void {
    const begun: Promise<void> = work.finally(() => this.#work.delete(begun));
    this.#work.add(begun);
  }

  /** Brings the thresholds into force that the current model has for the embedder of a gallery. */
  async #changeThresholds({ name: gallery, embedder }: GalleryRecord): Promise<void> {
    const { galleryWriter, finder, log } = this.#options;
    try {
      const reach = await galleryWriter.change(gallery, (record) => {
        if (record === null || record.embedder !== embedder || embedderOf(finder) !== embedder) return null;
        const changed = withModelThresholds(record, finder.thresholdsOf(embedder));
        if (areSameThresholds(record.modelThresholds, changed.modelThresholds)) return null;
        return { changes: [], people: [], record: { ...record, ...changed } };
      });
      if (reach !== null) log.info("A gallery takes over the thresholds of its model.", { gallery, ...reach });
    } catch (error) {
      const { code, message } = asDmlError(error);
      log.error("A gallery could not take over the thresholds of its model.", { gallery, code, reason: message });
    }
  }

  async #move({ name: gallery, embedder: old }: GalleryRecord, embedder: Digest): Promise<void> {
    const { store, log } = this.#options;
    const total = store.countWithout(gallery, embedder);
    log.info("A gallery is moving to a new embedder.", { gallery, embedder, faces: total });
    try {
      const dimensions = await this.#embedAll(gallery, { embedder, total });
      if (this.#stopped.signal.aborted) return;
      await this.#bringIntoForce(gallery, { embedder, old, dimensions });
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      const { code, message } = asDmlError(error);
      log.error("A gallery could not be moved to a new embedder; the master tries again.", {
        gallery,
        code,
        reason: message,
      });
    }
  }

  /**
   * Embeds every face that has no embedding of the embedder yet; a face that it does not find in
   * its crop stays without. Returns the number of dimensions of an embedding; `null` if the gallery
   * has no embedding that would show it.
   */
  async #embedAll(gallery: string, { embedder, total }: { embedder: Digest; total: number }): Promise<number | null> {
    const { store, log } = this.#options;
    let [after, done, lost]: [string | null, number, number] = [null, 0, 0];
    let dimensions: number | null = null;
    for (;;) {
      const faces: FaceRecord[] = store.facesWithout(gallery, embedder, { after, limit: FACES_AT_ONCE });
      if (faces.length === 0 || this.#stopped.signal.aborted) break;
      const vectors = await Promise.all(faces.map((face) => this.#embed(face, embedder)));
      store.apply(faces.flatMap(({ faceId }, index) => {
        const vector = vectors[index];
        // The face may have been removed in the meantime.
        if (vector === null || store.face(faceId) === null) return [];
        return [{ type: "embedding_added", faceId, embedding: { embedder, vector } } as const];
      }));
      const before = done;
      done += faces.length;
      lost += vectors.filter((vector) => vector === null).length;
      dimensions ??= vectors.find((vector) => vector !== null)?.length ?? null;
      after = faces[faces.length - 1].faceId;
      if (Math.floor(before / PROGRESS_FACES) !== Math.floor(done / PROGRESS_FACES)) {
        log.info("The new embedder has embedded faces.", { gallery, done, total });
      }
    }
    if (lost > 0) {
      log.warn("The new embedder finds no face in some crops; these faces are not used.", { gallery, lost });
    }
    return dimensions ?? this.#dimensionsOf(gallery, embedder);
  }

  /**
   * Returns the embedding of one face, and retries until the cluster can make it; `null` if none
   * can be made from its crop.
   */
  async #embed(face: FaceRecord, embedder: Digest): Promise<Float32Array<ArrayBuffer> | null> {
    const { durable, finder, clock, random } = this.#options;
    const { signal } = this.#stopped;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const crop = await durable.read(face.crop.digest);
        return await embedCrop(crop, { finder, embedder, signal });
      } catch (error) {
        const known = asDmlError(error);
        if (known.code === "face_missing" || known.code.startsWith("image_") || known.code.startsWith("blob_")) {
          return null;
        }
        const isOvertaken = embedderOf(finder) !== embedder;
        if (isOvertaken || !known.kind.retryable) throw error;
        const delayMs = backoffMs(attempt, { random, minMs: RETRY_MIN_MS, maxMs: RETRY_MAX_MS });
        await new Promise<void>((resolve) => {
          const cancel = clock.after(delayMs, resolve);
          signal.addEventListener("abort", () => (cancel(), resolve()), { once: true });
        });
      }
    }
    return null;
  }

  async #bringIntoForce(
    gallery: string,
    { embedder, old, dimensions }: { embedder: Digest; old: Digest; dimensions: number | null },
  ): Promise<void> {
    const { store, galleryWriter, finder, log } = this.#options;
    const reach = await galleryWriter.change(gallery, (record) => {
      if (record === null || record.embedder !== old) return null;
      return {
        changes: [{ type: "embeddings_dropped", gallery, exceptEmbedder: embedder }],
        people: "all",
        record: {
          ...record,
          ...withModelThresholds(record, finder.thresholdsOf(embedder)),
          embedder,
          dimensions: dimensions ?? record.dimensions,
        },
      };
    });
    const { people } = store.counts(gallery);
    if (reach !== null) log.info("A gallery is in force with a new embedder.", { gallery, people, ...reach });
  }

  #dimensionsOf(gallery: string, embedder: Digest): number | null {
    const [first] = this.#options.store.people(gallery, { after: null, limit: 1 });
    if (first === undefined) return null;
    return this.#options.store.embeddedFaces(first.personId, embedder)[0]?.embedding.length ?? null;
  }
}

/** Returns the embedder of the current model; `null` if no model for faces is served. */
function embedderOf(finder: FaceFinder): Digest | null {
  try {
    return finder.embedder();
  } catch (error) {
    if (error instanceof DmlError && error.code === "model_unknown") return null;
    throw error;
  }
}
