import type { NamedPicture } from "../../protocol/wire/picture_frame.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";

/** What came for an attempt that was cancelled is never taken, so the oldest give way. */
const KEPT_MAX = 1_024;

/** A picture that is here, or whose bytes had to give way. */
interface Kept {
  readonly digest: Digest;
  readonly bytes: Uint8Array<ArrayBuffer> | null;
}

/** Somebody who waits for a picture. */
interface Awaiting {
  readonly digest: Digest;
  readonly settle: (bytes: Uint8Array<ArrayBuffer> | null) => void;
}

/**
 * Pictures that come with their assignments on the control connection. Whatever goes wrong means that a picture is fetched by
 * its digest, as one that does not come along.
 */
export class InlinePictures {
  readonly #bytesMax: number;
  #kept: Kept[] = [];
  #keptBytes = 0;
  readonly #awaiting = new Set<Awaiting>();

  constructor(options: { bytesMax?: number } = {}) {
    this.#bytesMax = options.bytesMax ?? LIMITS.inlinePicturesBytesMax;
  }

  /** A picture has come. */
  arrived({ digest, bytes }: NamedPicture): void {
    for (const awaiting of this.#awaiting) {
      if (awaiting.digest === digest) return awaiting.settle(bytes);
    }
    const fits = this.#keptBytes + bytes.length <= this.#bytesMax;
    this.#kept.push({ digest, bytes: fits ? bytes : null });
    if (fits) this.#keptBytes += bytes.length;
    if (this.#kept.length > KEPT_MAX) this.#takeOut(0);
  }

  /**
   * The picture of an assignment that says that it comes, verified. Null when it is not what it is called, had to give way, or
   * `signal` aborts: then it is to be fetched.
   */
  async take(digest: Digest, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null> {
    const at = this.#kept.findIndex((kept) => kept.digest === digest);
    const bytes = at < 0 ? await this.#arrival(digest, signal) : this.#takeOut(at);
    return bytes !== null && digestOf(bytes) === digest ? bytes : null;
  }

  /** The connection is over: what has not come does not come. */
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
