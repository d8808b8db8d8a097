import type { BlobStore } from "../protocol/blob/blob_store.ts";
import { digestOf } from "../protocol/kernel/digest.ts";
import { invariant } from "../protocol/kernel/invariant.ts";
import type { BlobReference, TaskResult } from "../protocol/messages/task.ts";
import type { AttemptKey } from "./core/state.ts";
import type { EngineResult } from "./engine/engine.ts";
import { onceMore } from "./once_more.ts";

type Pictures = Pick<EngineResult, "annotated" | "crops">;

/** What was drawn and cut out for attempts, until it is with the master. */
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

  /** Puts all of them to the master's blobs; what the result names them. They are forgotten here, whatever comes of it. */
  async upload(key: AttemptKey): Promise<{ annotated: TaskResult["annotated"]; crops: BlobReference[] }> {
    const pictures = this.#pictures.get(key);
    invariant(pictures !== undefined, `attempt ${key} has pictures`);
    try {
      const crops: BlobReference[] = [];
      for (const crop of pictures.crops) crops.push(await this.#put(crop));
      const { annotated } = pictures;
      return { crops, annotated: annotated && { ...await this.#put(annotated), mediaType: "image/jpeg" } };
    } finally {
      this.forget(key);
    }
  }

  async #put(bytes: Uint8Array<ArrayBuffer>): Promise<BlobReference> {
    const digest = digestOf(bytes);
    await onceMore(() => this.#remote.put(digest, bytes));
    return { digest, size: bytes.length };
  }
}
