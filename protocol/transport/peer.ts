import {
  decodePictureFrame,
  encodePictureFrame,
  INLINE_PICTURE_BYTES_MAX,
  type InlinePicture,
  isPictureFrame,
} from "../wire/picture_frame.ts";
import { decodeMessage, encodeMessage } from "../wire/codec.ts";
import { encodeFrames, frameBytesOf, FrameDecoder, type Payload } from "../wire/frame.ts";
import { clipReason } from "../kernel/clip.ts";
import { type Clock, SYSTEM_CLOCK } from "../kernel/clock.ts";
import { asDmlError, DmlError, type ErrorCode, isErrorCode } from "../kernel/errors.ts";
import { invariant } from "../kernel/invariant.ts";
import { LIMITS } from "../kernel/limits.ts";
import { type Log, SILENT_LOG } from "../kernel/log.ts";
import { BufferPool } from "../kernel/buffer_pool.ts";
import type { Goodbye } from "../messages/liveness.ts";
import type { Reject } from "../messages/hello.ts";
import type { Message } from "../messages/message.ts";
import type { Connection } from "../ports/transport.ts";

/** End of a connection: this side's reason, else the other side's, else `connection_lost`. */
export interface Ending {
  readonly code: ErrorCode;
  readonly reason: string;
  /** Advice for this ending; absent if the advice of the code applies. */
  readonly advice?: string;
}

/** Options of {@linkcode Peer}. */
export interface PeerOptions {
  readonly log?: Log;
  readonly clock?: Clock;
  /**
   * Receives each picture, before the messages of its chunk. If it throws, or is absent when a
   * picture arrives, the connection ends as after an invalid message.
   */
  readonly onPicture?: (picture: InlinePicture) => void;
}

/** Queued bytes up to which a picture is sent inline; more pictures would delay messages. */
const INLINE_BEHIND_BYTES_MAX = 2 * 1024 * 1024;

/** Buffer for frames being written. One serves all connections: the system takes them at once. */
const outgoing = new BufferPool(256 * 1024);

/**
 * The other side of a control connection. Iterate it, once, for batches of messages that arrived
 * together, in order; a batch is empty if only a part of a frame arrived. The loop ends with the
 * connection or after a `goodbye` or `reject`, and the connection ends with the loop. Nothing is
 * read while a batch is processed, so a busy side slows the other one down.
 */
export class Peer implements AsyncIterable<Message[]> {
  /** Address of the other side, for people. */
  readonly remote: string;
  /** Resolves when either side has closed. The loop must run to notice the other side's end. */
  readonly closed: Promise<Ending>;

  readonly #connection: Connection;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #onPicture: (picture: InlinePicture) => void;
  readonly #decoder = new FrameDecoder();
  readonly #closing = Promise.withResolvers<Ending>();
  #ending: Ending | null = null;
  #farewell: Goodbye | Reject | null = null;
  #queue: Payload[] = [];
  #queuedBytes = 0;
  #flushing: Promise<void> | null = null;
  #cancelShut: (() => void) | null = null;
  #isIterated = false;
  #isBroken = false;
  #isShut = false;

  constructor(connection: Connection, options: PeerOptions = {}) {
    const { log = SILENT_LOG, clock = SYSTEM_CLOCK, onPicture = refusePicture } = options;
    this.#connection = connection;
    this.#log = log;
    this.#clock = clock;
    this.#onPicture = onPicture;
    this.remote = connection.remote;
    this.closed = this.#closing.promise;
  }

  /**
   * Queues `message`; messages of one turn leave in one write. Does nothing if the connection is
   * closing. Throws as `encodeMessage` (`message_invalid`, `frame_too_large`), which loses only
   * this message. Closes with `peer_too_slow` if the other side reads too slowly.
   */
  send(message: Message): void {
    if (this.#ending !== null || this.#isBroken) return;
    const payload = encodeMessage(message);
    const frameBytes = frameBytesOf(payload);
    if (this.#queuedBytes + frameBytes > LIMITS.outboundBytesMax) {
      const reason = `${this.remote} left over ${this.#queuedBytes} bytes unread.`;
      this.#ending = { code: "peer_too_slow", reason };
      this.#log.warn("A connection was closed: the other side reads too slowly.", { remote: this.remote });
      return this.#shut();
    }
    this.#enqueue(payload, frameBytes);
  }

  /** Returns true if a picture of `size` bytes fits into a frame and few bytes wait before it. */
  canSendPicture(size: number): boolean {
    if (this.#ending !== null || this.#isBroken) return false;
    return size <= INLINE_PICTURE_BYTES_MAX && this.#queuedBytes <= INLINE_BEHIND_BYTES_MAX;
  }

  /** Queues `picture`, whose bytes must not change. {@linkcode canSendPicture} must be true. */
  sendPicture(picture: InlinePicture): void {
    invariant(this.canSendPicture(picture.bytes.length), "a picture is sent inline only if it may be");
    const payload = encodePictureFrame(picture);
    this.#enqueue(payload, frameBytesOf(payload));
  }

  /**
   * Sends what is queued, for a second at most, and closes; resolves when closed. The `code` and
   * `reason` of the first call are reported by {@linkcode closed}, not sent.
   */
  async close(code: ErrorCode = "shutting_down", reason = "This side closed."): Promise<void> {
    this.#ending ??= { code, reason };
    this.#shutLater();
    await Promise.race([this.#flushing, this.closed]);
    this.#shut();
  }

  /** Sends a goodbye with the reason, then closes as {@linkcode close} does. */
  leave(code: ErrorCode, reason: string): Promise<void> {
    this.send(goodbye(code, reason));
    return this.close(code, reason);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message[], void> {
    invariant(!this.#isIterated, "a peer is iterated once");
    this.#isIterated = true;
    try {
      for await (const chunk of this.#connection.chunks) {
        // Reads on, because closing over unread bytes resets the connection and loses the goodbye.
        if (this.#ending !== null) continue;
        const batch = this.#decode(chunk);
        yield batch;
        if (this.#farewell !== null) break;
      }
      this.#ending ??= this.#endOfStream();
    } finally {
      // This also runs if the loop is left early, by a break or a throw.
      await this.close();
    }
  }

  /** Returns the messages that `chunk` completes, up to a farewell. Faults end the connection. */
  #decode(chunk: Uint8Array<ArrayBuffer>): Message[] {
    const batch: Message[] = [];
    try {
      for (const payload of this.#decoder.decode(chunk)) {
        if (isPictureFrame(payload)) {
          this.#onPicture(decodePictureFrame(payload));
          continue;
        }
        const message = this.#decodeMessage(payload);
        if (message === null) continue;
        batch.push(message);
        if (message.type === "goodbye" || message.type === "reject") {
          this.#farewell = message;
          break;
        }
      }
    } catch (error) {
      this.#expel(asDmlError(error));
    }
    return batch;
  }

  /** Returns `null` for a type unknown to this version, which is answered with an error message. */
  #decodeMessage(payload: Uint8Array): Message | null {
    try {
      return decodeMessage(payload);
    } catch (error) {
      if (!(error instanceof DmlError) || error.code !== "message_unknown") throw error;
      this.#log.debug("A message of unknown type was refused.", { reason: error.message });
      this.send({ type: "error", code: error.code, reason: clipReason(error.message) });
      return null;
    }
  }

  /** Sends a goodbye for a violation; closes once the other side has, or after a delay. */
  #expel({ code, message }: DmlError): void {
    const reason = clipReason(message);
    this.#log.warn("A connection was closed: the other side broke the protocol.", {
      remote: this.remote,
      code,
      reason,
    });
    this.send(goodbye(code, reason));
    this.#ending ??= { code, reason };
    this.#shutLater();
  }

  #endOfStream(): Ending {
    if (this.#farewell === null) {
      const where = this.#decoder.isBetweenFrames ? "without a goodbye" : "amid a message";
      return { code: "connection_lost", reason: `${this.remote} went away ${where}.` };
    }
    const { code, reason } = this.#farewell;
    return { code: isErrorCode(code) ? code : "connection_lost", reason };
  }

  #enqueue(payload: Payload, frameBytes: number): void {
    this.#queue.push(payload);
    this.#queuedBytes += frameBytes;
    this.#flushing ??= this.#flush();
  }

  async #flush(): Promise<void> {
    await null; // messages sent later in this turn go into the same write
    while (this.#queue.length > 0 && !this.#isShut) {
      const frames = encodeFrames(this.#queue, (bytes) => outgoing.take(bytes));
      this.#queue = [];
      try {
        await this.#connection.write(frames);
      } catch (error) {
        this.#log.debug("A connection broke while it was written.", { error: String(error) });
        // Stays open: the other side may have sent its reason, which can still be read.
        this.#isBroken = true;
        this.#shutLater();
        return;
      }
      outgoing.release(frames);
      this.#queuedBytes -= frames.length;
    }
    this.#flushing = null;
  }

  #shutLater(): void {
    if (this.#isShut) return;
    this.#cancelShut ??= this.#clock.after(LIMITS.flushMs, () => this.#shut());
  }

  #shut(): void {
    if (this.#isShut) return;
    this.#isShut = true;
    this.#cancelShut?.();
    this.#queue = [];
    this.#ending ??= this.#endOfStream();
    this.#connection.close();
    this.#closing.resolve(this.#ending);
  }
}

function refusePicture(): never {
  throw new DmlError("message_invalid", "A picture came, but none may travel here.");
}

function goodbye(code: ErrorCode, reason: string): Goodbye {
  return { type: "goodbye", code, reason: clipReason(reason) };
}
