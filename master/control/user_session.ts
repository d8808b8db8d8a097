import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { PredictionAsk } from "../../protocol/messages/user.ts";
import type { Message } from "../../protocol/messages/message.ts";
import type { Peer } from "../../protocol/transport/peer.ts";
import type { Refusals } from "../http/refusals.ts";
import type { MasterBlobs } from "../blobs/master_blobs.ts";
import type { Predictions } from "../turn/predictions.ts";

/**
 * Pictures that are here before their questions, by their number and bytes. All pictures of what was read at once come before the
 * questions between them: that is 256 KiB, and the end of one that fills a frame.
 */
const AHEAD_MAX = 4_096;
const AHEAD_BYTES_MAX = 2 * 1024 * 1024;
/** What a question is called in the log of refusals, as if it had come over HTTP. */
const REQUEST = { method: "ASK", path: "the control port" };

/** What a {@linkcode UserLine} works with. */
export interface UserLineOptions {
  readonly predictions: Pick<Predictions, "check" | "run">;
  readonly blobs: Pick<MasterBlobs, "view">;
  readonly refusals: Pick<Refusals, "record">;
}

/**
 * One user on the control port, who asks what is in pictures and is answered as over HTTP, about a millisecond sooner. The questions
 * are answered side by side, in the order in which they are done.
 */
export class UserLine {
  readonly #peer: Pick<Peer, "send" | "canSendPicture" | "sendPicture" | "leave">;
  readonly #options: UserLineOptions;
  readonly #asks = new Map<number, AbortController>();
  /** Pictures whose questions have not come, in the order in which both come. */
  #pictures: Uint8Array<ArrayBuffer>[] = [];
  #pictureBytes = 0;

  constructor(peer: Pick<Peer, "send" | "canSendPicture" | "sendPicture" | "leave">, options: UserLineOptions) {
    this.#peer = peer;
    this.#options = options;
  }

  /** A picture has come. Throws `message_invalid` when there are too many that nobody asked about. */
  takeIn({ bytes }: InlinePicture): void {
    this.#pictures.push(bytes);
    this.#pictureBytes += bytes.length;
    if (this.#pictures.length <= AHEAD_MAX && this.#pictureBytes <= AHEAD_BYTES_MAX) return;
    throw new DmlError("message_invalid", `${this.#pictures.length} pictures came that nothing was asked about.`);
  }

  /** A message has come; what a user may not say ends the connection. */
  receive(message: Message): void {
    switch (message.type) {
      case "prediction.ask":
        return void this.#answer(message);
      case "prediction.cancel":
        return this.#asks.get(message.askId)?.abort();
      case "goodbye":
      case "error":
        return;
      default:
        void this.#peer.leave("message_invalid", `A user may not send ${message.type}.`);
    }
  }

  /** The user has gone: nobody waits for what was asked. */
  close(): void {
    for (const abort of this.#asks.values()) abort.abort();
    this.#pictures = [];
  }

  async #answer(ask: PredictionAsk): Promise<void> {
    const { askId } = ask;
    const abort = new AbortController();
    try {
      const picture = this.#take(ask);
      if (this.#asks.has(askId)) {
        throw new DmlError("request_invalid", `The question ${askId} is being answered already.`);
      }
      if (this.#asks.size === LIMITS.asksPerUserMax) {
        throw new DmlError("queue_full", `${this.#asks.size} questions of this user wait already.`);
      }
      this.#asks.set(askId, abort);
      await this.#predict(ask, picture, abort.signal);
    } catch (error) {
      const { problem: { code, detail, advice }, retryAfterMs } = this.#options.refusals.record(error, REQUEST);
      const when = retryAfterMs === null ? {} : { retryAfterMs: Math.ceil(retryAfterMs) };
      this.#peer.send({ type: "prediction.refuse", askId, code, reason: detail, advice, ...when });
    } finally {
      if (this.#asks.get(askId) === abort) this.#asks.delete(askId);
    }
  }

  async #predict(
    { askId, model, annotate, embeddings, gallery }: PredictionAsk,
    picture: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<void> {
    const { predictions, blobs } = this.#options;
    const checked = predictions.check({ model, annotate, embeddings, gallery, crops: false });
    const { prediction, annotated } = await predictions.run(picture, checked, signal);
    const drawn = annotated && blobs.view(annotated.digest);
    const isInline = drawn !== null && this.#peer.canSendPicture(drawn.length);
    const along = isInline ? { isInline } as const : {};
    this.#peer.send({ type: "prediction.answer", askId, prediction, annotated, ...along });
    if (isInline && annotated !== null) this.#peer.sendPicture({ digest: annotated.digest, bytes: drawn });
  }

  /** The picture of a question. */
  #take({ imageBytes }: PredictionAsk): Uint8Array<ArrayBuffer> {
    const picture = this.#pictures.shift();
    this.#pictureBytes -= picture?.length ?? 0;
    if (picture?.length === imageBytes) return picture;
    throw new DmlError("request_invalid", `No picture of ${imageBytes} bytes came before what was asked about it.`);
  }
}
