import { named, type NamedPicture } from "../../../protocol/wire/picture_frame.ts";
import type { Answer } from "../../../protocol/http/http_answer.ts";
import type { PredictAnswer } from "../../../protocol/http_api/api.ts";
import { problemOf, responseOfProblem } from "../../../protocol/http/problem.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import { DmlError, isErrorCode } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { askedSchema, type PredictionAnswer, type PredictionRefuse } from "../../../protocol/messages/user.ts";
import { PROTOCOL_VERSION } from "../../../protocol/messages/hello.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import { Peer } from "../../../protocol/transport/peer.ts";
import type { Connection } from "../../../protocol/ports/transport.ts";
import { VERSION } from "../../../protocol/version.ts";
import type { PredictOptions } from "../cluster_client.ts";

/** What a master says of a picture; the annotated one is null when none was asked for, or must be fetched by its digest. */
export interface Said {
  readonly answer: PredictAnswer;
  readonly picture: Uint8Array<ArrayBuffer> | null;
}

/** An answer as if it had come over HTTP; `said` is null when it is a refusal. */
export interface LineAnswer extends Answer {
  readonly said: Said | null;
}

/** A question that waits. */
interface Waiting extends Pick<PromiseWithResolvers<LineAnswer>, "resolve" | "reject"> {
  readonly sinceMs: number;
}

/** What an {@linkcode AskLine} needs beside its connection. */
export interface AskLineOptions {
  readonly token: string | null;
  readonly clock: Clock;
  /** How long an answer may take. */
  readonly timeoutMs: number;
}

/** Asks a master what is in pictures, on its control port: many questions at a time over one connection. */
export class AskLine {
  readonly #peer: Peer;
  readonly #options: AskLineOptions;
  readonly #waiting = new Map<number, Waiting>();
  /** Answers whose pictures come behind them, by the picture. */
  readonly #undrawn = new Map<Digest, PredictionAnswer[]>();
  /** Pictures that came in one piece with their answers, and before them. */
  readonly #early: NamedPicture[] = [];
  readonly #welcome = Promise.withResolvers<void>();
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  #isOpen = false;
  #nextId = 1;
  /** One for all questions: what each request over HTTP sets up for itself takes 0.3 ms of a photo's way. */
  #cancelTimer: (() => void) | null = null;

  private constructor(connection: Connection, options: AskLineOptions) {
    this.#options = options;
    this.#peer = new Peer(connection, { onPicture: (picture) => this.#takeIn(named(picture)) });
    this.closed = this.#run();
  }

  /** Says hello over `connection`, which it closes in the end. Throws `connection_lost` when it is not taken in, or `signal` aborts before. */
  static async open(
    connection: Connection,
    { signal, ...options }: AskLineOptions & { signal: AbortSignal },
  ): Promise<AskLine> {
    const line = new AskLine(connection, options);
    const giveUp = () => void line.close();
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
    try {
      line.#peer.send({ type: "user.hello", protocol: PROTOCOL_VERSION, version: VERSION, token: options.token });
      await line.#welcome.promise;
      return line;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether a picture of `size` bytes may be asked about now, and a message can say what is wanted of it. */
  canAsk(size: number, options: PredictOptions): boolean {
    const hasRoom = this.#isOpen && this.#waiting.size < LIMITS.asksPerUserMax && this.#peer.canSendPicture(size);
    return hasRoom && askedSchema.safeParse(options).success;
  }

  /** Asks about `image`, where {@linkcode canAsk} says so; it stays as it is. Throws `connection_lost`, also once `signal` aborts, and `deadline_exceeded` when no answer comes in time. */
  async ask(
    image: Uint8Array<ArrayBuffer>,
    { model, annotate, embeddings, gallery }: PredictOptions,
    signal: AbortSignal,
  ): Promise<LineAnswer> {
    if (signal.aborted) throw lost("the question was given up");
    const askId = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<LineAnswer>();
    this.#waiting.set(askId, { resolve, reject, sinceMs: this.#options.clock.nowMs() });
    this.#cancelTimer ??= this.#watch(this.#options.timeoutMs);
    const imageBytes = image.length;
    this.#peer.sendPicture({ digest: null, bytes: image });
    this.#peer.send({ type: "prediction.ask", askId, imageBytes, model, annotate, embeddings, gallery });
    const giveUp = () => this.#giveUp(askId, lost("the question was given up"));
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** Ends the connection and what waits for answers; may be called again. */
  async close(): Promise<void> {
    await this.#peer.leave("shutting_down", "The user has all answers.");
    await this.closed;
  }

  #giveUp(askId: number, error: DmlError): void {
    this.#waiting.get(askId)?.reject(error);
    this.#waiting.delete(askId);
    this.#peer.send({ type: "prediction.cancel", askId });
  }

  /** Gives up, after `delayMs`, what has waited too long by then, and goes on while something waits. */
  #watch(delayMs: number): () => void {
    const { clock, timeoutMs } = this.#options;
    return clock.after(delayMs, () => {
      const dueMs = clock.nowMs() - timeoutMs;
      for (const [askId, { sinceMs }] of this.#waiting) {
        if (sinceMs > dueMs) break;
        this.#giveUp(askId, new DmlError("deadline_exceeded", "it did not answer in time"));
      }
      const [oldest] = this.#waiting.values();
      this.#cancelTimer = oldest === undefined ? null : this.#watch(oldest.sinceMs - dueMs);
    });
  }

  async #run(): Promise<void> {
    try {
      for await (const batch of this.#peer) {
        for (const message of batch) this.#receive(message);
        this.#early.length = 0; // Whoever waited for them has given up.
      }
    } finally {
      this.#isOpen = false;
      this.#cancelTimer?.();
      const { reason } = await this.#peer.closed;
      this.#welcome.reject(lost(reason));
      this.#welcome.promise.catch(() => {}); // The welcome may have been waited for long ago.
      for (const { reject } of this.#waiting.values()) reject(lost(reason));
      this.#waiting.clear();
    }
  }

  #receive(message: Message): void {
    switch (message.type) {
      case "user.welcome":
        this.#isOpen = true;
        return this.#welcome.resolve();
      case "prediction.answer":
        return this.#answer(message);
      case "prediction.refuse":
        return this.#settle(message.askId, refusalAsAnswer(message));
      case "goodbye":
      case "reject":
        return;
      default:
        void this.#peer.leave("message_invalid", `A master may not send ${message.type} to a user.`);
    }
  }

  #answer(message: PredictionAnswer): void {
    const { annotated, isInline } = message;
    if (annotated === null || isInline !== true) return this.#settleDrawn(message, null);
    const at = this.#early.findIndex(({ digest }) => digest === annotated.digest);
    if (at >= 0) return this.#settleDrawn(message, this.#early.splice(at, 1)[0].bytes);
    const others = this.#undrawn.get(annotated.digest);
    if (others === undefined) this.#undrawn.set(annotated.digest, [message]);
    else others.push(message);
  }

  #takeIn(picture: NamedPicture): void {
    const answers = this.#undrawn.get(picture.digest);
    if (answers === undefined) return void this.#early.push(picture);
    const [first, ...others] = answers;
    if (others.length === 0) this.#undrawn.delete(picture.digest);
    else this.#undrawn.set(picture.digest, others);
    this.#settleDrawn(first, picture.bytes);
  }

  #settleDrawn({ askId, prediction, annotated }: PredictionAnswer, picture: Uint8Array<ArrayBuffer> | null): void {
    this.#settle(askId, { ...SUCCESS, said: { answer: { prediction, annotated }, picture } });
  }

  /** Nobody may wait any more. */
  #settle(askId: number, answer: LineAnswer): void {
    this.#waiting.get(askId)?.resolve(answer);
    this.#waiting.delete(askId);
  }
}

const SUCCESS = {
  status: 200,
  ok: true,
  headers: new Headers(),
  body: null,
  bytes: () => Promise.resolve(new Uint8Array()),
};

function refusalAsAnswer({ code, reason, advice, retryAfterMs }: PredictionRefuse): LineAnswer {
  const problem = problemOf(new DmlError(isErrorCode(code) ? code : "request_invalid", reason));
  const response = responseOfProblem({ ...problem, detail: reason, advice });
  if (retryAfterMs !== undefined) response.headers.set("retry-after", String(retryAfterMs / 1_000));
  return Object.assign(response, { said: null });
}

function lost(reason: string): DmlError {
  return new DmlError("connection_lost", reason);
}
