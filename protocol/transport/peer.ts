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

/** Why a connection ended: what this side said when it closed, else what the other side said, else `connection_lost`. */
export interface Ending {
  readonly code: ErrorCode;
  readonly reason: string;
  /** What to do about it, where that is not what is to be done about every such code. */
  readonly advice?: string;
}

/** What a {@linkcode Peer} needs beside its connection. */
export interface PeerOptions {
  readonly log?: Log;
  readonly clock?: Clock;
  /**
   * Takes a picture that came, before the batch of its chunk. What it throws ends the connection, as what is no message does; left out,
   * a picture does.
   */
  readonly onPicture?: (picture: InlinePicture) => void;
}

/** With more than this waiting to be written, a picture had better go another way: it would hold up messages. */
const CARRIED_BEHIND_BYTES_MAX = 2 * 1024 * 1024;

/** For what is being written. The system nearly always takes it at once, so that one does for all connections. */
const outgoing = new BufferPool(256 * 1024);

/**
 * The other side of a control connection, as messages. One connection is one loop: iterate the peer, once, for batches of all
 * messages that arrived together, in order; one may be empty: a piece of something longer has come. The loop ends with the connection
 * or behind a `goodbye` or `reject`, and the connection ends with the loop. Nothing is read while a batch is worked on: who is busy slows the other down.
 */
export class Peer implements AsyncIterable<Message[]> {
  /** Of the other side, for people. */
  readonly remote: string;
  /** Resolves when the connection is closed, whoever closed it. Needs somebody in the loop to notice the other side's end. */
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
   * Queues `message`; what is queued in one turn leaves in one write. Does nothing when the connection is closing.
   * Throws as `encodeMessage` does (`message_invalid`, `frame_too_large`), which harms nothing but this message.
   * When the other side reads too slowly the connection closes with `peer_too_slow`.
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

  /** Whether a picture of `size` bytes may be sent now: it fits into a frame, and little waits to be written before it. */
  canSendPicture(size: number): boolean {
    if (this.#ending !== null || this.#isBroken) return false;
    return size <= INLINE_PICTURE_BYTES_MAX && this.#queuedBytes <= CARRIED_BEHIND_BYTES_MAX;
  }

  /** Queues `picture`, whose bytes stay as they are from now on. Ask {@linkcode canSendPicture} first. */
  sendPicture(picture: InlinePicture): void {
    invariant(this.canSendPicture(picture.bytes.length), "a picture is carried where it may be");
    const payload = encodePictureFrame(picture);
    this.#enqueue(payload, frameBytesOf(payload));
  }

  /**
   * Hands over what is queued, for a second at most, and closes; resolves when closed. `code` and `reason` are for
   * {@linkcode closed}; the other side is told only what was sent to it. The first call's count.
   */
  async close(code: ErrorCode = "shutting_down", reason = "This side closed."): Promise<void> {
    this.#ending ??= { code, reason };
    this.#shutLater();
    await Promise.race([this.#flushing, this.closed]);
    this.#shut();
  }

  /** Says goodbye, and why; then as {@linkcode close}. */
  leave(code: ErrorCode, reason: string): Promise<void> {
    this.send(goodbye(code, reason));
    return this.close(code, reason);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message[], void> {
    invariant(!this.#isIterated, "a peer is iterated once");
    this.#isIterated = true;
    try {
      for await (const chunk of this.#connection.chunks) {
        // Reading on while closing: closing over unread bytes would reset the connection, and the goodbye with it.
        if (this.#ending !== null) continue;
        const batch = this.#decode(chunk);
        yield batch;
        if (this.#farewell !== null) break;
      }
      this.#ending ??= this.#endOfStream();
    } finally {
      // Also when the loop is left early, by a break or a throw.
      await this.close();
    }
  }

  /** The messages that `chunk` completes, up to a farewell, or to what is no message: that ends the connection. */
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

  /** Null for a type that this version does not know: that one is answered, and the connection goes on. */
  #decodeMessage(payload: Uint8Array): Message | null {
    try {
      return decodeMessage(payload);
    } catch (error) {
      if (!(error instanceof DmlError) || error.code !== "message_unknown") throw error;
      this.#log.debug("A message of unknown type was turned down.", { reason: error.message });
      this.send({ type: "error", code: error.code, reason: clipReason(error.message) });
      return null;
    }
  }

  /** Says goodbye to a side that does not keep to the protocol, and closes when it has closed or its time is up. */
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
    await null; // what the rest of this turn sends goes along
    while (this.#queue.length > 0 && !this.#isShut) {
      const frames = encodeFrames(this.#queue, (bytes) => outgoing.take(bytes));
      this.#queue = [];
      try {
        await this.#connection.write(frames);
      } catch (error) {
        this.#log.debug("A connection broke while it was written.", { error: String(error) });
        // Not closed at once: the other side may have said why, and that may still be there to be read.
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
  throw new DmlError("message_invalid", "A picture came where none is taken.");
}

function goodbye(code: ErrorCode, reason: string): Goodbye {
  return { type: "goodbye", code, reason: clipReason(reason) };
}
