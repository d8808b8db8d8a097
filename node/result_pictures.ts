import type { BlobStore } from "../protocol/blob/blob_store.ts";
import { digestOf } from "../protocol/kernel/digest.ts";
import { invariant } from "../protocol/kernel/invariant.ts";
import type { BlobReference } from "../protocol/messages/task.ts";
import type { PictureNames } from "./core/event.ts";
import type { AttemptKey } from "./core/state.ts";
import type { EngineResult } from "./engine/engine.ts";
import { onceMore } from "./once_more.ts";

type Pictures = Pick<EngineResult, "annotated" | "crops">;

/** What was drawn and cut out for attempts, until it is on its way to the master. */
export class ResultPictures {
  readonly #remote: Pick<BlobStore, "put">;
  readonly #pictures = new Map<AttemptKey, Pictures>();

  constructor(remote: Pick<BlobStore, "put">) {
    this.#remote = remote;
  }

  keep(key: AttemptKey, pictures: Pictures): void {
    this.#pictures.set(key, pictures);
  }

  forget(key: AttemptKey): void {
    this.#pictures.delete(key);
  }

  /**
   * Begins to put all of them to the master's blobs, one after the other, and forgets them here: what the result names
   * them, and when they are there. Await `done`, which throws why they could not be put, also when `signal` aborts.
   */
  upload(key: AttemptKey, signal: AbortSignal): { readonly names: PictureNames; readonly done: Promise<void> } {
    const pictures = this.#pictures.get(key);
    invariant(pictures !== undefined, `attempt ${key} has pictures`);
    this.forget(key);
    const crops = pictures.crops.map(nameOf);
    const annotated = pictures.annotated && { ...nameOf(pictures.annotated), mediaType: "image/jpeg" };
    return { names: { crops, annotated }, done: this.#putAll(pictures, { crops, annotated }, signal) };
  }

  async #putAll({ crops, annotated }: Pictures, names: PictureNames, signal: AbortSignal): Promise<void> {
    const put = ({ digest }: BlobReference, bytes: Uint8Array<ArrayBuffer>) =>
      onceMore(() => this.#remote.put(digest, bytes, { signal }), signal);
    for (const [at, crop] of crops.entries()) await put(names.crops[at], crop);
    if (annotated !== null && names.annotated !== null) await put(names.annotated, annotated);
  }
}

function nameOf(bytes: Uint8Array<ArrayBuffer>): BlobReference {
  return { digest: digestOf(bytes), size: bytes.length };
}
