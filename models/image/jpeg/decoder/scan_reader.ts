import { MARKER, MARKER_START } from "../marker.ts";
import type { DecoderKernel } from "./decoder_kernel.ts";
import { CHUNK_AT, CHUNK_BYTES_MAX, STATE, STATE_AT, STREAM_SLACK } from "./memory_map.ts";

const RESTARTS = 8;
/** Two bytes that stop `unstuff` like a marker, although they are not one. */
const NO_MARKER = [MARKER_START, MARKER_START];

/**
 * Reader of the compressed bits of a scan, which it prepares for `decode` from one restart marker
 * to the next (T.81, F.1.2.3 and E.1.4).
 */
export class ScanReader {
  readonly #bytes: Uint8Array;
  readonly #kernel: DecoderKernel;
  readonly #memory: Uint8Array;
  readonly #state: DataView;
  readonly #streamEnd: number;
  #position: number;
  #restarts = 0;

  constructor(
    bytes: Uint8Array,
    { start, streamEnd, kernel, memory }: {
      start: number;
      /** End of the bits in the memory; the first byte is at the highest address. */
      streamEnd: number;
      kernel: DecoderKernel;
      memory: ArrayBufferLike;
    },
  ) {
    this.#bytes = bytes;
    this.#position = start;
    this.#streamEnd = streamEnd;
    this.#kernel = kernel;
    this.#memory = new Uint8Array(memory);
    this.#state = new DataView(memory, STATE_AT);
  }

  /** Prepares the bits up to the next marker. */
  next(): void {
    this.#set("target", this.#streamEnd);
    for (let isInside = true; isInside;) {
      const chunk = this.#bytes.subarray(this.#position, this.#position + CHUNK_BYTES_MAX);
      this.#memory.set(chunk, CHUNK_AT);
      this.#memory.set(NO_MARKER, CHUNK_AT + chunk.length);
      const taken = this.#kernel.unstuff(CHUNK_AT) - CHUNK_AT;
      this.#position += taken;
      // `unstuff` stops before a marker, or before a 0xff at the end of the chunk that may start
      // one; the latter is continued unless it is the last byte of the file.
      isInside = chunk.length - taken < 2 && this.#position + 1 < this.#bytes.length;
    }
    const target = this.#get("target");
    this.#memory.fill(0, target - STREAM_SLACK, target);
    this.#state.setBigUint64(STATE.bits, 0n, true);
    this.#set("count", 0);
    this.#set("at", this.#streamEnd - 8);
    this.#set("limit", 8 * (target - 8));
  }

  /**
   * Skips the expected restart marker. Returns false if it does not follow, or if more bits are
   * left than the padding of the last byte.
   */
  restarts(): boolean {
    const isExpected = this.#isUsedUp() && this.#marker() === MARKER.restart + this.#restarts % RESTARTS;
    this.#restarts++;
    this.#position += 2;
    return isExpected;
  }

  /**
   * Returns true if the end-of-image marker follows and no bits are left but the padding of the
   * last byte.
   */
  ends(): boolean {
    return this.#isUsedUp() && this.#marker() === MARKER.endOfImage;
  }

  #marker(): number | null {
    return this.#bytes[this.#position] === MARKER_START ? this.#bytes[this.#position + 1] : null;
  }

  #isUsedUp(): boolean {
    const left = 8 * this.#get("at") + this.#get("count") - this.#get("limit");
    return left >= 0 && left < 8;
  }

  #get(field: "count" | "at" | "limit" | "target"): number {
    return this.#state.getUint32(STATE[field], true);
  }

  #set(field: "count" | "at" | "limit" | "target", value: number): void {
    this.#state.setUint32(STATE[field], value, true);
  }
}
