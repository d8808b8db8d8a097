import { backoffMs } from "../kernel/backoff.ts";
import { type Clock, SYSTEM_CLOCK } from "../kernel/clock.ts";
import type { Digest } from "../kernel/digest.ts";
import { asDmlError, DmlError } from "../kernel/errors.ts";
import { type Random, SYSTEM_RANDOM } from "../kernel/random.ts";
import { sleep } from "../kernel/sleep.ts";
import { blobCorrupt } from "./blob_errors.ts";
import type { BlobStore, BlobWriter } from "../ports/blob_store.ts";
import { StallWatch } from "../kernel/stall_watch.ts";

const PIECE_BYTES = 1024 * 1024;

/** From where to where, and how long to try. */
export interface CopyBlobOptions {
  readonly from: Pick<BlobStore, "open">;
  readonly to: Pick<BlobStore, "stat" | "receive">;
  /** Of the whole blob, in bytes. */
  readonly size: number;
  /** Called with the bytes that are there and the bytes that there will be. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
  /** Tries in a row that bring nothing before it gives up; any byte that arrives starts the count again. */
  readonly retries?: number;
  /** A source that sends nothing for this long counts as broken off. */
  readonly stallMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Brings the blob `digest` from one store to another and returns how many bytes moved: none when it is there already. When the source
 * breaks off it waits and goes on behind the last byte that arrived; when the bytes turn out wrong it starts over, once.
 * Throws what the stores throw, `connection_lost` when the tries are used up, `cancelled` when `signal` aborts.
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

/** What went wrong on the side of the source; what goes wrong on the other side is thrown as it is. */
class SourceFailure {
  constructor(readonly error: DmlError) {}
}

class Copy {
  movedBytes = 0;
  readonly #digest: Digest;
  readonly #options: CopyBlobOptions & { writer: BlobWriter };
  readonly #clock: Clock;

  constructor(digest: Digest, options: CopyBlobOptions & { writer: BlobWriter }) {
    this.#digest = digest;
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
  }

  get #offset(): number {
    return this.#options.writer.offset + this.movedBytes;
  }

  async run(): Promise<void> {
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

  /** Reads as far as the source goes; returns why it went no further. */
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

  /** One piece is written while the next one is received, each into a buffer of its own. */
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
      // Fails only when the stream has failed by itself meanwhile: then there is nothing left to cancel.
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
    await this.#options.writer.write(piece);
    this.movedBytes += piece.length;
    this.#options.onProgress?.(this.#offset, this.#options.size);
  }

  #throwIfCancelled(): void {
    if (!this.#options.signal?.aborted) return;
    throw new DmlError("cancelled", `the transfer of ${this.#digest} was given up`);
  }
}

function sourceFailure(error: unknown): SourceFailure {
  return new SourceFailure(asDmlError(error, "connection_lost"));
}
