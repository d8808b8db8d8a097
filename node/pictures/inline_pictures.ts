import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";

/**
 * The number of pictures kept. Those of cancelled attempts are never taken, so the oldest give way.
 */
const KEPT_MAX = 1_024;

/** A picture that has come. */
interface Kept {
  readonly digest: Digest;
  /** `null` if they had to give way. */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
}

/** A call that waits for a picture. */
interface Awaiting {
  readonly digest: Digest;
  readonly settle: (bytes: Uint8Array<ArrayBuffer> | null) => void;
}

/**
 * The pictures that come with their assignments on the control connection. One that is missing or
 * wrong is fetched by its digest, like one that does not come along.
 */
export class InlinePictures {
  readonly #bytesMax: number;
  #kept: Kept[] = [];
  #keptBytes = 0;
  readonly #awaiting = new Set<Awaiting>();

  constructor(options: { bytesMax?: number } = {}) {
    this.#bytesMax = options.bytesMax ?? LIMITS.inlinePicturesBytesMax;
  }

  /** Keeps a picture that has come, or hands it to the call that waits for it. */
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
   * Takes the picture of an assignment that says that it comes, verified. Returns `null` if it
   * has another digest, had to give way, or `signal` aborts: then it is to be fetched.
   */
  async take(digest: Digest, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null> {
    const at = this.#kept.findIndex((kept) => kept.digest === digest);
    const bytes = at < 0 ? await this.#arrival(digest, signal) : this.#takeOut(at);
    return bytes !== null && digestOf(bytes) === digest ? bytes : null;
  }

  /** Forgets all pictures when the connection has ended: what has not come will not come. */
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
