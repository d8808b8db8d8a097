import type { BlobStore, BlobWriter } from "../../protocol/ports/blob_store.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** The open reception of one file, which the next piece continues. */
interface Reception {
  readonly writer: BlobWriter;
  readonly size: number;
  receivedBytes: number;
  /** True while a piece is being written. */
  isBusy: boolean;
  usedMs: number;
}

export interface ModelFileUploadsOptions {
  readonly durable: BlobStore;
  /** Maximum number of open receptions. */
  readonly receptionsMax: number;
  /** Time without a piece after which a reception is closed; the bytes that arrived are kept. */
  readonly idleMs: number;
  /**
   * Time for which a file that arrived is protected from garbage collection if no model needs it
   * yet.
   */
  readonly unusedKeptMs: number;
}

/**
 * Receives model files. The pieces arrive in order, one a request, and the hash is verified at the
 * end.
 */
export class ModelFileUploads {
  readonly #options: ModelFileUploadsOptions;
  readonly #receptions = new Map<Digest, Reception>();
  /**
   * Receptions that are being opened. A promise resolves once its reception is open or has failed.
   */
  readonly #opening = new Map<Digest, Promise<void>>();
  /** Time of arrival of each file that was sent to this master. */
  readonly #arrivedMs = new Map<Digest, number>();

  constructor(options: ModelFileUploadsOptions) {
    this.#options = options;
  }

  /**
   * Returns the number of bytes of the file that are here, its size if it is complete; opens its
   * reception otherwise. Throws `queue_full` or `disk_full`.
   */
  async receivedBytes(digest: Digest, { size, nowMs }: { size: number; nowMs: number }): Promise<number> {
    if (await this.#isStored(digest, { size, nowMs })) return size;
    return (await this.#receptionOf(digest, { size, nowMs })).receivedBytes;
  }

  /**
   * Appends a piece that begins at `start`, and returns the number of bytes that are here then. A
   * piece that does not begin where the received bytes end is ignored, so that it is safe to send
   * one again. Throws `blob_corrupt`, and discards all bytes, if the whole file does not hash to
   * `digest`; also `queue_full` or `disk_full`.
   */
  async append(
    digest: Digest,
    piece: Uint8Array<ArrayBuffer>,
    { start, size, nowMs }: { start: number; size: number; nowMs: number },
  ): Promise<number> {
    if (await this.#isStored(digest, { size, nowMs })) return size;
    const reception = await this.#receptionOf(digest, { size, nowMs });
    if (reception.isBusy) throw new DmlError("queue_full", `Another client is sending ${digest}.`);
    if (start !== reception.receivedBytes) return reception.receivedBytes;
    reception.isBusy = true;
    try {
      await reception.writer.write(piece);
      reception.receivedBytes += piece.length;
      reception.usedMs = nowMs;
      if (reception.receivedBytes < size) return reception.receivedBytes;
      await reception.writer.commit();
      this.#arrivedMs.set(digest, nowMs);
      await this.#close(digest, reception);
      return size;
    } catch (error) {
      await this.#close(digest, reception);
      throw error;
    } finally {
      reception.isBusy = false;
    }
  }

  /**
   * Returns the files that arrived recently: the manifest that needs them may still be on its way.
   */
  protectedFiles(nowMs: number): Set<Digest> {
    const { unusedKeptMs } = this.#options;
    for (const [digest, arrivedMs] of this.#arrivedMs) {
      if (nowMs - arrivedMs >= unusedKeptMs) this.#arrivedMs.delete(digest);
    }
    return new Set(this.#arrivedMs.keys());
  }

  /** Closes the receptions that nobody continues; if `nowMs` is infinite, all that are not busy. */
  async sweep(nowMs: number): Promise<void> {
    for (const [digest, reception] of [...this.#receptions]) {
      if (reception.isBusy || nowMs - reception.usedMs < this.#options.idleMs) continue;
      await this.#close(digest, reception);
    }
  }

  async #isStored(digest: Digest, { size, nowMs }: { size: number; nowMs: number }): Promise<boolean> {
    const known = await this.#options.durable.stat(digest);
    if (known === null) return false;
    if (known !== size) {
      throw new DmlError("request_invalid", `${digest} has ${known} bytes, not ${size}.`);
    }
    // A file that is sent again is meant to stay.
    this.#arrivedMs.set(digest, nowMs);
    return true;
  }

  async #receptionOf(digest: Digest, { size, nowMs }: { size: number; nowMs: number }): Promise<Reception> {
    for (let other = this.#opening.get(digest); other !== undefined; other = this.#opening.get(digest)) await other;
    // Nothing may be awaited between this check and the entry in `#opening`.
    const known = this.#receptions.get(digest);
    if (known?.size === size) return known;
    if (known !== undefined) {
      throw new DmlError("request_invalid", `${digest} was announced with ${known.size} bytes, not ${size}.`);
    }
    const opening = this.#open(digest, { size, nowMs });
    const opened = opening.then(() => {}, () => {});
    this.#opening.set(digest, opened);
    try {
      return await opening;
    } finally {
      this.#opening.delete(digest);
    }
  }

  async #open(digest: Digest, { size, nowMs }: { size: number; nowMs: number }): Promise<Reception> {
    await this.#makeRoom();
    const writer = await this.#options.durable.receive(digest, size);
    const reception = { writer, size, receivedBytes: writer.offset, isBusy: false, usedMs: nowMs };
    this.#receptions.set(digest, reception);
    return reception;
  }

  /**
   * Closes the reception that has been idle the longest, if the maximum is reached. Throws
   * `queue_full` if all of them are busy.
   */
  async #makeRoom(): Promise<void> {
    if (this.#receptions.size < this.#options.receptionsMax) return;
    const idle = [...this.#receptions].filter(([, { isBusy }]) => !isBusy)
      .sort(([, one], [, other]) => one.usedMs - other.usedMs);
    if (idle.length === 0) throw new DmlError("queue_full", "The master is receiving as many files as it can.");
    await this.#close(...idle[0]);
  }

  async #close(digest: Digest, { writer }: Reception): Promise<void> {
    this.#receptions.delete(digest);
    await writer.close();
  }
}
