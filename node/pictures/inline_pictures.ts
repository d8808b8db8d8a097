import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";

/**
 * Maximum number of pictures kept. Those of cancelled attempts are never taken, so the oldest are
 * evicted.
 */
const KEPT_MAX = 1_024;

/** A picture that has arrived. */
interface Kept {
  readonly digest: Digest;
  /** `null` if the bytes were dropped because the limit was reached. */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
}

/** A call that waits for a picture. */
interface Awaiting {
  readonly digest: Digest;
  readonly settle: (bytes: Uint8Array<ArrayBuffer> | null) => void;
}

/**
 * Pictures that arrive with their assignments on the control connection. One that is missing or has
 * the wrong digest is fetched over HTTP instead.
 */
export class InlinePictures {
  readonly #bytesMax: number;
  #kept: Kept[] = [];
  #keptBytes = 0;
  readonly #awaiting = new Set<Awaiting>();

  constructor(options: { bytesMax?: number } = {}) {
    this.#bytesMax = options.bytesMax ?? LIMITS.inlinePicturesBytesMax;
  }

  /** Stores a picture that has arrived, or passes it to the call that waits for it. */
  arrived({ digest, bytes }: InlinePicture): void {
    for (const awaiting of this.#awaiting) {
      if (awaiting.digest === digest) return awaiting.settle(bytes);
    }
    const fits = this.#keptBytes + bytes.length <= this.#bytesMax;
    this.#kept.push({ digest, bytes: fits ? bytes : null });
    if (fits) this.#keptBytes += bytes.length;
    if (this.#kept.length > KEPT_MAX) this.#takeOut(0);
  }

  /**
   * Removes and returns the picture of an inline assignment; waits for it if necessary. Returns
   * `null` if the picture must be fetched: it has another digest, its bytes were dropped, or
   * `signal` aborted.
   */
  async take(digest: Digest, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null> {
    const at = this.#kept.findIndex((kept) => kept.digest === digest);
    const bytes = at < 0 ? await this.#arrival(digest, signal) : this.#takeOut(at);
    return bytes !== null && digestOf(bytes) === digest ? bytes : null;
  }

  /** Drops all pictures after the connection has ended: no missing picture can arrive any more. */
  end(): void {
    this.#kept = [];
    this.#keptBytes = 0;
    for (const { settle } of [...this.#awaiting]) settle(null);
  }

  #takeOut(at: number): Uint8Array<ArrayBuffer> | null {
    const [{ bytes }] = this.#kept.splice(at, 1);
    this.#keptBytes -= bytes?.length ?? 0;
    return bytes;
  }

  #arrival(digest: Digest, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null> {
    if (signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const awaiting: Awaiting = {
        digest,
        settle: (bytes) => {
          signal.removeEventListener("abort", giveUp);
          this.#awaiting.delete(awaiting);
          resolve(bytes);
        },
      };
      const giveUp = () => awaiting.settle(null);
      signal.addEventListener("abort", giveUp);
      this.#awaiting.add(awaiting);
    });
  }
}
