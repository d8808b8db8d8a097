import { DmlError } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";

/** Size of the length in front of each payload: an unsigned 32-bit integer, big-endian. */
export const FRAME_HEADER_BYTES = 4;

/** The payload of a frame, in one piece or several. */
export type Payload = Uint8Array | readonly Uint8Array[];

/**
 * Throws `frame_too_large` for a payload over the limit, and `message_invalid` for an empty one.
 */
export function checkPayloadBytes(payloadBytes: number): void {
  if (payloadBytes > LIMITS.frameBytesMax) {
    throw new DmlError(
      "frame_too_large",
      `A frame of ${payloadBytes} bytes is over the limit of ${LIMITS.frameBytesMax}.`,
    );
  }
  if (payloadBytes === 0) {
    throw new DmlError("message_invalid", "A frame was empty.");
  }
}

/**
 * Encodes `payloads` as `length | payload`, one behind the other, in one piece of memory from
 * `allocate`. Throws as {@linkcode checkPayloadBytes}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const frames = encodeFrames([Uint8Array.of(7, 8), [Uint8Array.of(0), Uint8Array.of(9)]]);
 * assertEquals([...frames], [0, 0, 0, 2, 7, 8, 0, 0, 0, 2, 0, 9]);
 * assertEquals([...new FrameDecoder().decode(frames)], [Uint8Array.of(7, 8), Uint8Array.of(0, 9)]);
 * ```
 */
export function encodeFrames(
  payloads: readonly Payload[],
  allocate = (bytes: number): Uint8Array<ArrayBuffer> => new Uint8Array(bytes),
): Uint8Array<ArrayBuffer> {
  let totalBytes = 0;
  for (const payload of payloads) {
    checkPayloadBytes(payloadBytesOf(payload));
    totalBytes += frameBytesOf(payload);
  }
  const frames = allocate(totalBytes);
  let offset = 0;
  for (const payload of payloads) {
    const payloadBytes = payloadBytesOf(payload);
    frames[offset] = payloadBytes >>> 24;
    frames[offset + 1] = payloadBytes >>> 16;
    frames[offset + 2] = payloadBytes >>> 8;
    frames[offset + 3] = payloadBytes;
    offset += FRAME_HEADER_BYTES;
    for (const piece of payload instanceof Uint8Array ? [payload] : payload) {
      frames.set(piece, offset);
      offset += piece.length;
    }
  }
  return frames;
}

/** Returns the size of the frame of `payload`, in bytes. */
export function frameBytesOf(payload: Payload): number {
  return FRAME_HEADER_BYTES + payloadBytesOf(payload);
}

function payloadBytesOf(payload: Payload): number {
  if (payload instanceof Uint8Array) return payload.length;
  return payload.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Splits a stream of bytes, which arrives in pieces of any size, into the payloads of its frames. A
 * payload that arrives in one piece is not copied; any other is copied once.
 */
export class FrameDecoder {
  #header = 0;
  #headerBytes = 0;
  #payload: Uint8Array<ArrayBuffer> | null = null;
  #payloadBytes = 0;
  #fault: unknown = null;

  /**
   * True if no frame is incomplete. At the end of the stream, false means that it was cut short.
   */
  get isBetweenFrames(): boolean {
    return this.#headerBytes === 0 && this.#payload === null;
  }

  /**
   * Yields the payloads that `chunk` completes; iterate to the end before the next call. They may
   * be views of `chunk`, and are valid only as long as it is. After the payloads in front of a
   * fault, throws as {@linkcode checkPayloadBytes}, and does so at every later call, because it is
   * not known where the next frame would begin.
   */
  *decode(chunk: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>, void> {
    if (this.#fault !== null) throw this.#fault;
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#payload === null) {
        offset = this.#readHeader(chunk, offset);
        if (this.#headerBytes < FRAME_HEADER_BYTES) return;
        const payloadBytes = this.#takeHeader();
        if (chunk.length - offset >= payloadBytes) {
          offset += payloadBytes;
          yield chunk.subarray(offset - payloadBytes, offset);
          continue;
        }
        // Allocated at once, not grown: zeroed memory costs nothing until bytes arrive in it.
        this.#payload = new Uint8Array(payloadBytes);
        this.#payloadBytes = 0;
      }
      const piece = chunk.subarray(offset, offset + this.#payload.length - this.#payloadBytes);
      this.#payload.set(piece, this.#payloadBytes);
      this.#payloadBytes += piece.length;
      offset += piece.length;
      if (this.#payloadBytes === this.#payload.length) {
        const payload = this.#payload;
        this.#payload = null;
        yield payload;
      }
    }
  }

  #readHeader(chunk: Uint8Array, offset: number): number {
    while (offset < chunk.length && this.#headerBytes < FRAME_HEADER_BYTES) {
      this.#header = (this.#header << 8) | chunk[offset++];
      this.#headerBytes++;
    }
    return offset;
  }

  #takeHeader(): number {
    const payloadBytes = this.#header >>> 0;
    try {
      checkPayloadBytes(payloadBytes);
    } catch (fault) {
      this.#fault = fault;
      throw fault;
    }
    this.#header = 0;
    this.#headerBytes = 0;
    return payloadBytes;
  }
}
