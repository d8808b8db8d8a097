import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import type { PictureNames } from "../core/event.ts";
import type { AttemptKey } from "../core/state.ts";
import type { EngineResult } from "../engine/engine.ts";
import { retryOnce } from "./retry_once.ts";

type Pictures = Pick<EngineResult, "annotated" | "crops" | "tensorBytes">;

export interface ResultPicturesOptions {
  /** The blob store of the master. */
  readonly remote: Pick<BlobStore, "put">;
  /** Sends a picture on the control connection. Returns false if it must go over HTTP. */
  readonly sendPicture: (picture: InlinePicture) => boolean;
}

/** The pictures of one answer, ready to be sent. */
interface Sending {
  /** Their references in the result. */
  readonly names: PictureNames;
  /**
   * Sends all pictures. Resolves once they have reached the master or are queued on the connection.
   * Throws why they could not be sent, also if `signal` aborts.
   */
  readonly send: (signal: AbortSignal) => Promise<void>;
}

/** Annotated pictures, cropped faces and packed tensors of attempts, kept until they are sent to the master. */
export class ResultPictures {
  readonly #options: ResultPicturesOptions;
  readonly #pictures = new Map<AttemptKey, Pictures>();

  constructor(options: ResultPicturesOptions) {
    this.#options = options;
  }

  keep(key: AttemptKey, pictures: Pictures): void {
    this.#pictures.set(key, pictures);
  }

  forget(key: AttemptKey): void {
    this.#pictures.delete(key);
  }

  /** Removes the pictures of `key` and returns them; the caller sends them. */
  take(key: AttemptKey): Sending {
    const pictures = this.#pictures.get(key);
    invariant(pictures !== undefined, `attempt ${key} has pictures`);
    this.forget(key);
    const crops = pictures.crops.map(nameOf);
    const annotated = pictures.annotated && { ...nameOf(pictures.annotated), mediaType: "image/jpeg" };
    const { tensorBytes } = pictures;
    const names = { crops, annotated, ...(tensorBytes === undefined ? {} : { tensors: nameOf(tensorBytes) }) };
    return { names, send: (signal) => this.#sendAll(pictures, names, signal) };
  }

  async #sendAll(
    { crops, annotated, tensorBytes }: Pictures,
    names: PictureNames,
    signal: AbortSignal,
  ): Promise<void> {
    for (const [at, crop] of crops.entries()) await this.#send(names.crops[at], crop, signal);
    if (annotated !== null && names.annotated !== null) await this.#send(names.annotated, annotated, signal);
    if (tensorBytes !== undefined && names.tensors !== undefined) await this.#send(names.tensors, tensorBytes, signal);
  }

  async #send({ digest }: BlobReference, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void> {
    const { remote, sendPicture } = this.#options;
    if (!sendPicture({ digest, bytes })) await retryOnce(() => remote.put(digest, bytes, { signal }), signal);
  }
}

function nameOf(bytes: Uint8Array<ArrayBuffer>): BlobReference {
  return { digest: digestOf(bytes), size: bytes.length };
}
