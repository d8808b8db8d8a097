import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";

/**
 * Maximum number of pictures kept. The picture of a cancelled attempt is never taken, so the oldest
 * are evicted.
 */
const KEPT_MAX = 1_024;

/** A picture that has arrived; `bytes` is `null` if it did not fit into memory. */
interface Kept {
  readonly digest: Digest;
  readonly bytes: Uint8Array<ArrayBuffer> | null;
}

/** A caller waiting for a picture. */
interface Awaiting {
  readonly digest: Digest;
  readonly settle: (bytes: Uint8Array<ArrayBuffer> | null) => void;
}

/**
 * Pictures that arrive on the control connection with their assignments. If anything goes wrong
 * with one, it is fetched by its digest, like a picture that does not travel on that connection.
 */
export class InlinePictures {
  readonly #bytesMax: number;
  #kept: Kept[] = [];
  #keptBytes = 0;
  readonly #awaiting = new Set<Awaiting>();

  constructor(options: { bytesMax?: number } = {}) {
    this.#bytesMax = options.bytesMax ?? LIMITS.inlinePicturesBytesMax;
  }

  /** Takes in a picture that has arrived. */
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
   * Returns the verified picture of an assignment that announced it, waiting for it if need be.
   * Returns `null` if the bytes do not match `digest`, were not kept, or cannot arrive any more, or
   * if `signal` aborts; the caller then fetches the picture.
   */
  async take(digest: Digest, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null> {
    const at = this.#kept.findIndex((kept) => kept.digest === digest);
    const bytes = at < 0 ? await this.#arrival(digest, signal) : this.#takeOut(at);
    return bytes !== null && digestOf(bytes) === digest ? bytes : null;
  }

  /** Handles the end of the connection: pictures that have not arrived by then never will. */
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
