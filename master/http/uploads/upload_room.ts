import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Predictions } from "../../turn/predictions.ts";

/** Parts that {@linkcode UploadRoom} needs. */
interface UploadRoomOptions {
  /** Bytes of memory for all bodies that are arriving, by address and by token. */
  readonly bytesOf: Map<string, number>;
  readonly predictions: Pick<Predictions, "reserve">;
  readonly shareBytesMax?: number;
}

/** The memory that one arriving body takes, in the shares of its address and its token. */
export class UploadRoom implements Disposable {
  readonly #senders: readonly string[];
  readonly #options: UploadRoomOptions;
  readonly #ends: (() => void)[] = [];
  #bytes = 0;

  constructor(senders: readonly string[], options: UploadRoomOptions) {
    this.#senders = senders;
    this.#options = options;
  }

  /** Takes more memory, `bytes` in all. Throws `queue_full`. */
  async growTo(bytes: number): Promise<void> {
    const more = bytes - this.#bytes;
    const { bytesOf, predictions, shareBytesMax = LIMITS.uploadShareBytesMax } = this.#options;
    for (const sender of this.#senders) {
      if ((bytesOf.get(sender) ?? 0) + more <= shareBytesMax) continue;
      throw new DmlError("queue_full", "Too many bytes of pictures are arriving from this address or with this token.");
    }
    this.#count(more);
    this.#ends.push(await predictions.reserve(more));
  }

  [Symbol.dispose](): void {
    this.#count(-this.#bytes);
    for (const end of this.#ends) end();
  }

  #count(bytes: number): void {
    const { bytesOf } = this.#options;
    this.#bytes += bytes;
    for (const sender of this.#senders) {
      const sum = (bytesOf.get(sender) ?? 0) + bytes;
      if (sum === 0) bytesOf.delete(sender);
      else bytesOf.set(sender, sum);
    }
  }
}
