/**
 * Frames between a node and its engine processes: a JSON value, and bytes beside it.
 *
 *     bytes of the head (u32) | number of parts (u32) | bytes of each part (f64) | head | parts
 *
 * Numbers are little-endian. Both sides belong to one build, so the format has no version.
 */
import { DmlError } from "../../../protocol/kernel/errors.ts";

/** A JSON value, and the bytes that belong to it. */
export interface Frame {
  readonly head: unknown;
  readonly parts: readonly Uint8Array[];
}

/** Limits of the frames of a sender that is not trusted. */
export interface FrameLimits {
  readonly headBytesMax: number;
  readonly partsMax: number;
  /** All parts of one frame together, in bytes. */
  readonly partBytesMax: number;
}

/** Returns the memory for part `index` of a frame, of exactly this many bytes. */
export type AllocatePart = (head: unknown, part: { index: number; byteLength: number }) => Uint8Array;

/** Source of bytes, such as a connection. */
export interface FrameSource {
  /** Reads at least one byte into `buffer` and returns their number, or `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
}

/** Destination of bytes, such as a connection. */
export interface FrameDestination {
  write(bytes: Uint8Array): Promise<number>;
}

const PREFIX_BYTES = 8;
const LENGTH_BYTES = 8;
const BUFFER_BYTES = 64 * 1024;

/** Returns the frame as pieces that are written one behind the other. The parts are not copied. */
export function encodeFrame({ head, parts }: Frame): Uint8Array[] {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const start = new Uint8Array(PREFIX_BYTES + LENGTH_BYTES * parts.length + text.length);
  const view = new DataView(start.buffer);
  view.setUint32(0, text.length, true);
  view.setUint32(4, parts.length, true);
  parts.forEach(({ byteLength }, index) => view.setFloat64(PREFIX_BYTES + LENGTH_BYTES * index, byteLength, true));
  start.set(text, PREFIX_BYTES + LENGTH_BYTES * parts.length);
  return [start, ...parts];
}

/** Reads frames from a connection. */
export class FrameReader {
  readonly #source: FrameSource;
  /** Limits of the next frames; `null` for a sender that is trusted. */
  limits: FrameLimits | null;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #start = 0;
  #end = 0;

  constructor(source: FrameSource, limits: FrameLimits | null) {
    this.#source = source;
    this.limits = limits;
  }

  /**
   * Returns the next frame, or `null` if the connection ended before it began. Throws
   * `connection_lost` if it ended in the middle, and `message_invalid` for a frame over the limits
   * or without JSON.
   */
  async next(allocate: AllocatePart = (_, { byteLength }) => new Uint8Array(byteLength)): Promise<Frame | null> {
    const prefix = new Uint8Array(PREFIX_BYTES);
    if (!await this.#fill(prefix)) return null;
    const view = new DataView(prefix.buffer);
    const [headBytes, partCount] = [view.getUint32(0, true), view.getUint32(4, true)];
    const { headBytesMax = Infinity, partsMax = Infinity, partBytesMax = Infinity } = this.limits ?? {};
    if (headBytes > headBytesMax || partCount > partsMax) throw invalid("is too large");
    const lengths = await this.#lengths(partCount);
    if (lengths.reduce((sum, bytes) => sum + bytes, 0) > partBytesMax) throw invalid("is too large");
    const text = new Uint8Array(headBytes);
    await this.#fillWhole(text);
    const head = parsed(text);
    const parts: Uint8Array[] = [];
    for (const [index, byteLength] of lengths.entries()) {
      const part = allocate(head, { index, byteLength });
      await this.#fillWhole(part);
      parts.push(part);
    }
    return { head, parts };
  }

  async #lengths(partCount: number): Promise<number[]> {
    const bytes = new Uint8Array(LENGTH_BYTES * partCount);
    await this.#fillWhole(bytes);
    const view = new DataView(bytes.buffer);
    const lengths = Array.from({ length: partCount }, (_, index) => view.getFloat64(LENGTH_BYTES * index, true));
    if (lengths.every((length) => Number.isSafeInteger(length) && length >= 0)) return lengths;
    throw invalid("has a part of impossible length");
  }

  async #fillWhole(bytes: Uint8Array): Promise<void> {
    if (!await this.#fill(bytes)) throw cutShort();
  }

  /** Fills `bytes`; returns false if the connection ended before the first of them. */
  async #fill(bytes: Uint8Array): Promise<boolean> {
    let filled = 0;
    while (filled < bytes.length) {
      if (this.#start < this.#end) {
        const count = Math.min(this.#end - this.#start, bytes.length - filled);
        bytes.set(this.#buffer.subarray(this.#start, this.#start + count), filled);
        this.#start += count;
        filled += count;
        continue;
      }
      const isLarge = bytes.length - filled >= BUFFER_BYTES;
      const count = await this.#source.read(isLarge ? bytes.subarray(filled) : this.#buffer);
      if (count === null && filled === 0) return false;
      if (count === null) throw cutShort();
      if (isLarge) filled += count;
      else [this.#start, this.#end] = [0, count];
    }
    return true;
  }
}

/** Writes frames to a connection, in order; small ones that wait together are written together. */
export class FrameWriter {
  readonly #destination: FrameDestination;
  readonly #onFailure: (error: unknown) => void;
  #waiting: Uint8Array[] = [];
  #isWriting = false;

  constructor(destination: FrameDestination, { onFailure }: { onFailure: (error: unknown) => void }) {
    this.#destination = destination;
    this.#onFailure = onFailure;
  }

  /** Queues a frame. Its parts must not change until they are written. */
  send(frame: Frame): void {
    this.#waiting.push(...encodeFrame(frame));
    if (this.#isWriting) return;
    this.#isWriting = true;
    queueMicrotask(() => void this.#write());
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const pieces = joined(this.#waiting);
        this.#waiting = [];
        for (const piece of pieces) {
          let written = 0;
          while (written < piece.length) written += await this.#destination.write(piece.subarray(written));
        }
      }
      this.#isWriting = false;
    } catch (error) {
      this.#onFailure(error);
    }
  }
}

/** Returns the same bytes in fewer pieces: small neighbours are copied into one. */
function joined(pieces: readonly Uint8Array[]): Uint8Array[] {
  const result: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  let smallBytes = 0;
  const flush = () => {
    if (small.length === 0) return;
    const together = new Uint8Array(smallBytes);
    let at = 0;
    for (const piece of small) {
      together.set(piece, at);
      at += piece.length;
    }
    result.push(together);
    [small, smallBytes] = [[], 0];
  };
  for (const piece of pieces) {
    if (smallBytes + piece.length > BUFFER_BYTES) flush();
    if (piece.length > BUFFER_BYTES) result.push(piece);
    else if (piece.length > 0) {
      small.push(piece);
      smallBytes += piece.length;
    }
  }
  flush();
  return result;
}

function parsed(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(text));
  } catch (error) {
    throw invalid("is not JSON", error);
  }
}

function invalid(what: string, cause?: unknown): DmlError {
  return new DmlError("message_invalid", `A frame between node and engine ${what}.`, { cause });
}

function cutShort(): DmlError {
  return new DmlError("connection_lost", "A connection between node and engine ended within a frame.");
}
