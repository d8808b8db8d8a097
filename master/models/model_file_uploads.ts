import type { BlobStore, BlobWriter } from "../../protocol/ports/blob_store.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** A reception that goes on with the next piece. */
interface Reception {
  readonly writer: BlobWriter;
  readonly size: number;
  receivedBytes: number;
  /** While a piece is being written. */
  isBusy: boolean;
  usedMs: number;
}

/** What {@linkcode ModelFileUploads} works with. */
export interface ModelFileUploadsOptions {
  readonly durable: BlobStore;
  /** Receptions that are open at once. */
  readonly receptionsMax: number;
  /** One that no piece came for in this time is left off; what arrived stays. */
  readonly idleMs: number;
  /** How long a file that arrived is spared, until a model needs it. */
  readonly sparedMs: number;
}

/** Files of models on their way to the master: pieces in order, each put in one request, verified when all is there. */
export class ModelFileUploads {
  readonly #options: ModelFileUploadsOptions;
  readonly #receptions = new Map<Digest, Reception>();
  /** Receptions that are about to be there, by when they are, or are not. */
  readonly #opening = new Map<Digest, Promise<void>>();
  /** When each file that arrived here did so. */
  readonly #arrivedMs = new Map<Digest, number>();

  constructor(options: ModelFileUploadsOptions) {
    this.#options = options;
  }

  /** Bytes of the file that are here; all of them when it is whole. Begins its reception. Throws `queue_full` or `disk_full`. */
  async receivedBytes(digest: Digest, { size, nowMs }: { size: number; nowMs: number }): Promise<number> {
    if (await this.#isHere(digest, { size, nowMs })) return size;
    return (await this.#receptionOf(digest, { size, nowMs })).receivedBytes;
  }

  /**
   * Appends a piece that begins at `start`; one that begins elsewhere than where the file goes on is not taken, so that a piece
   * may be sent again. Returns the bytes that are here then. Throws `blob_corrupt`, and forgets all of it, when the whole does
   * not hash to `digest`; `queue_full` or `disk_full`.
   */
  async take(
    digest: Digest,
    piece: Uint8Array<ArrayBuffer>,
    { start, size, nowMs }: { start: number; size: number; nowMs: number },
  ): Promise<number> {
    if (await this.#isHere(digest, { size, nowMs })) return size;
    const reception = await this.#receptionOf(digest, { size, nowMs });
    if (reception.isBusy) throw new DmlError("queue_full", `Another one is sending ${digest}.`);
    if (start !== reception.receivedBytes) return reception.receivedBytes;
    reception.isBusy = true;
    try {
      await reception.writer.write(piece);
      reception.receivedBytes += piece.length;
      reception.usedMs = nowMs;
      if (reception.receivedBytes < size) return reception.receivedBytes;
      await reception.writer.commit();
      this.#arrivedMs.set(digest, nowMs);
      await this.#leaveOff(digest, reception);
      return size;
    } catch (error) {
      await this.#leaveOff(digest, reception);
      throw error;
    } finally {
      reception.isBusy = false;
    }
  }

  /** Files that arrived lately: the manifest that needs them may be on its way. */
  spared(nowMs: number): Set<Digest> {
    const { sparedMs } = this.#options;
    for (const [digest, arrivedMs] of this.#arrivedMs) {
      if (nowMs - arrivedMs >= sparedMs) this.#arrivedMs.delete(digest);
    }
    return new Set(this.#arrivedMs.keys());
  }

  /** Leaves off receptions that nobody goes on with; with `nowMs` infinite, all that are not busy. */
  async sweep(nowMs: number): Promise<void> {
    for (const [digest, reception] of [...this.#receptions]) {
      if (reception.isBusy || nowMs - reception.usedMs < this.#options.idleMs) continue;
      await this.#leaveOff(digest, reception);
    }
  }

  async #isHere(digest: Digest, { size, nowMs }: { size: number; nowMs: number }): Promise<boolean> {
    const known = await this.#options.durable.stat(digest);
    if (known === null) return false;
    if (known !== size) {
      throw new DmlError("request_invalid", `${digest} has ${known} bytes, not ${size}.`);
    }
    // Sent again, it is meant to stay.
    this.#arrivedMs.set(digest, nowMs);
    return true;
  }

  async #receptionOf(digest: Digest, { size, nowMs }: { size: number; nowMs: number }): Promise<Reception> {
    for (let other = this.#opening.get(digest); other !== undefined; other = this.#opening.get(digest)) await other;
    // From here to where it is noted that it opens, nothing is waited for.
    const known = this.#receptions.get(digest);
    if (known?.size === size) return known;
    if (known !== undefined) throw new DmlError("request_invalid", `${digest} was said to have ${known.size} bytes.`);
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

  /** The one that has waited longest gives way. */
  async #makeRoom(): Promise<void> {
    if (this.#receptions.size < this.#options.receptionsMax) return;
    const idle = [...this.#receptions].filter(([, { isBusy }]) => !isBusy)
      .sort(([, one], [, other]) => one.usedMs - other.usedMs);
    if (idle.length === 0) throw new DmlError("queue_full", "The master is receiving as many files as it can.");
    await this.#leaveOff(...idle[0]);
  }

  async #leaveOff(digest: Digest, { writer }: Reception): Promise<void> {
    this.#receptions.delete(digest);
    await writer.close();
  }
}
