import { backoffMs } from "../kernel/backoff.ts";
import { type Clock, SYSTEM_CLOCK } from "../kernel/clock.ts";
import type { Digest } from "../kernel/digest.ts";
import { asDmlError, DmlError } from "../kernel/errors.ts";
import { type Random, SYSTEM_RANDOM } from "../kernel/random.ts";
import { sleep } from "../kernel/sleep.ts";
import { blobCorrupt } from "./blob_errors.ts";
import { GatheringWriter } from "./gathering_writer.ts";
import type { BlobStore, BlobWriter } from "../ports/blob_store.ts";
import { StallWatch } from "../kernel/stall_watch.ts";

const PIECE_BYTES = 1024 * 1024;

/** Options of {@linkcode copyBlob}. */
export interface CopyBlobOptions {
  readonly from: Pick<BlobStore, "open">;
  readonly to: Pick<BlobStore, "stat" | "receive">;
  /** Size of the whole blob, in bytes. */
  readonly size: number;
  /** Called with the number of bytes that have arrived and the total number. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
  /**
   * Number of tries in a row without a new byte before it gives up. Any byte that arrives starts
   * the count again.
   */
  readonly retries?: number;
  /** Time without a byte after which the source counts as interrupted. */
  readonly stallMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Copies the blob `digest` from one store to another and returns the number of bytes moved, which
 * is 0 if it was there already. If the source is interrupted, the copy waits and then continues
 * behind the last byte that arrived; if the bytes turn out wrong, it starts over once. Throws the
 * errors of the stores, `connection_lost` after the last try, and `cancelled` if `signal` aborts.
 */
export async function copyBlob(digest: Digest, options: CopyBlobOptions): Promise<number> {
  const { to, size } = options;
  if (await to.stat(digest) === size) return 0;
  let movedBytes = 0;
  for (let firstTry = true;; firstTry = false) {
    const writer = await to.receive(digest, size);
    const copy = new Copy(digest, { ...options, writer });
    try {
      await copy.run();
      await writer.commit();
      return movedBytes + copy.movedBytes;
    } catch (error) {
      if (!firstTry || asDmlError(error).code !== "blob_corrupt") throw error;
      movedBytes += copy.movedBytes;
    } finally {
      await writer.close();
    }
  }
}

/** A failure of the source. Failures of the target are thrown as they are. */
class SourceFailure {
  constructor(readonly error: DmlError) {}
}

class Copy {
  movedBytes = 0;
  readonly #digest: Digest;
  readonly #options: CopyBlobOptions & { writer: BlobWriter };
  readonly #clock: Clock;
  readonly #gathering: GatheringWriter;

  constructor(digest: Digest, options: CopyBlobOptions & { writer: BlobWriter }) {
    this.#gathering = new GatheringWriter(options.writer);
    this.#digest = digest;
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
  }

  get #offset(): number {
    return this.#options.writer.offset + this.movedBytes;
  }

  async run(): Promise<void> {
    try {
      await this.#run();
    } finally {
      await this.#gathering.flush();
    }
  }

  async #run(): Promise<void> {
    const { size, retries = 6, random = SYSTEM_RANDOM } = this.#options;
    this.#options.onProgress?.(this.#offset, size);
    let failures = 0;
    while (this.#offset < size) {
      const before = this.#offset;
      const failure = await this.#readOnce();
      if (this.#offset === size) return;
      this.#throwIfCancelled();
      if (!failure.kind.retryable || failure.code === "blob_corrupt") throw failure;
      failures = this.#offset > before ? 1 : failures + 1;
      if (failures > retries) throw failure;
      await sleep(backoffMs(failures, { random }), { clock: this.#clock, signal: this.#options.signal });
      this.#throwIfCancelled();
    }
  }

  /** Reads until the source ends or fails. Returns the reason why it did not go on. */
  async #readOnce(): Promise<DmlError> {
    const { signal, stallMs = 10_000 } = this.#options;
    const watch = new StallWatch(this.#clock, { stallMs, signals: signal && [signal] });
    try {
      await this.#pump(watch);
      return new DmlError("connection_lost", `${this.#digest} ended at byte ${this.#offset}`);
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      if (!watch.stalled) return error.error;
      return new DmlError("connection_lost", `${this.#digest} stalled at byte ${this.#offset}`);
    } finally {
      watch.stop();
    }
  }

  /** Writes each piece while the next one is received, with a buffer for each of the two. */
  async #pump(watch: StallWatch): Promise<void> {
    const reader = await this.#open(watch);
    let readable = true;
    const pieceBytes = Math.min(this.#options.size, PIECE_BYTES);
    let spare = new ArrayBuffer(pieceBytes);
    let piece = new Uint8Array(new ArrayBuffer(pieceBytes), 0, 0);
    try {
      while (readable && !watch.signal.aborted) {
        watch.restart();
        const [read, written] = await Promise.allSettled([
          reader.read(new Uint8Array(spare)),
          this.#write(piece),
        ]);
        if (read.status === "rejected" || read.value.done) readable = false;
        if (written.status === "rejected") throw written.reason;
        if (read.status === "rejected") throw sourceFailure(read.reason);
        if (read.value.done) return;
        spare = piece.buffer;
        piece = read.value.value;
      }
      await this.#write(piece);
    } finally {
      // This fails only if the stream has failed by itself in the meantime, and then there is
      // nothing left to cancel.
      if (readable) await reader.cancel().catch(() => {});
    }
  }

  async #open(watch: StallWatch): Promise<ReadableStreamBYOBReader> {
    const { from, size } = this.#options;
    try {
      const reading = await from.open(this.#digest, { offset: this.#offset, signal: watch.signal });
      if (reading.size === size) return reading.stream.getReader({ mode: "byob" });
      await reading.stream.cancel();
    } catch (error) {
      throw sourceFailure(error);
    }
    throw new SourceFailure(blobCorrupt(this.#digest));
  }

  async #write(piece: Uint8Array): Promise<void> {
    if (piece.length === 0) return;
    await this.#gathering.write(piece);
    this.movedBytes += piece.length;
    this.#options.onProgress?.(this.#offset, this.#options.size);
  }

  #throwIfCancelled(): void {
    if (!this.#options.signal?.aborted) return;
    throw new DmlError("cancelled", `The transfer of ${this.#digest} was cancelled.`);
  }
}

function sourceFailure(error: unknown): SourceFailure {
  return new SourceFailure(asDmlError(error, "connection_lost"));
}
