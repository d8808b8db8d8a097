import type { Clock } from "../../protocol/kernel/clock.ts";
import { type ErrorCode, ERRORS } from "../../protocol/kernel/errors.ts";
import { ProgressBar } from "../terminal/progress_bar.ts";
import { counted, formatBytes, formatDuration, formatRate, printable } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Reason why a connection ended. */
interface Ending {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly advice?: string;
}

/** Codes that need no advice: the node itself does all that is necessary. */
const PASSING: readonly ErrorCode[] = ["connection_lost", "shutting_down", "peer_too_slow", "cancelled"];

/** Events of a node that may interest the user. */
type NodeNews =
  | { readonly kind: "connected" }
  | { readonly kind: "modelLoading"; readonly model: string }
  | {
    readonly kind: "disconnected";
    readonly ending: Ending;
    readonly retryInMs: number;
    /** True if the same refusal was printed within the last minute. */
    readonly isRepeated?: boolean;
  }
  | {
    readonly kind: "modelReady";
    readonly model: string;
    readonly imagesPerSecond: number;
    readonly fetchedBytes: number;
  }
  | { readonly kind: "modelFailed"; readonly model: string; readonly failure: { readonly reason: string } }
  | { readonly kind: "drainChanged"; readonly draining: boolean };

/**
 * Report of a node for its user: a progress bar while model files arrive, and a line for each
 * event.
 */
export class JoinReport {
  readonly #terminal: Terminal;
  readonly #progress: boolean;
  readonly #bar: ProgressBar;
  #lastReason: string | null = null;

  constructor(options: { terminal: Terminal; clock: Clock; progress: boolean }) {
    this.#terminal = options.terminal;
    this.#progress = options.progress;
    this.#bar = new ProgressBar(options.terminal, options.clock);
  }

  started(node: { name: string; nodeId: string; workers: number; master: string }): void {
    this.#say(
      `Node ${node.name} (${node.nodeId}) with ${counted(node.workers, "worker")} connects to ${node.master}.`,
    );
  }

  /** Prints an event. */
  print(news: NodeNews): void {
    switch (news.kind) {
      case "connected":
        this.#lastReason = null;
        return this.#say("The master has accepted the node.");
      case "disconnected":
        return news.isRepeated ? undefined : this.#disconnected(news.ending, news.retryInMs);
      case "modelLoading":
        return this.#loading(news.model);
      case "modelReady":
        return this.#ready(news);
      case "modelFailed":
        return this.#say(`Not ready for ${news.model}: ${news.failure.reason}`);
      case "drainChanged":
        return this.#say(
          news.draining ? "Takes no new pictures and finishes the running ones." : "Takes pictures again.",
        );
    }
  }

  /** Shows how much of the files of a model has arrived. */
  received(progress: { model: string; doneBytes: number; totalBytes: number }): void {
    const { model, doneBytes, totalBytes } = progress;
    if (!this.#progress || totalBytes === 0) return;
    if (doneBytes === totalBytes) this.#bar.finish();
    else {
      const text = `${model}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
      this.#bar.update(doneBytes / totalBytes, text);
    }
  }

  left(): void {
    this.#say("The node has left.");
  }

  /**
   * Prints why the connection ended. The advice is printed only once, not for every attempt that
   * ends in the same way.
   */
  #disconnected({ code, reason, advice = ERRORS[code].advice }: Ending, retryInMs: number): void {
    const isNew = reason !== this.#lastReason && !PASSING.includes(code);
    this.#lastReason = reason;
    if (code === "approval_pending") return this.#say(`${reason} ${advice} The node keeps asking.`);
    this.#say(`No connection: ${reason} ${isNew ? `${advice} ` : ""}Trying again in ${formatDuration(retryInMs)}.`);
  }

  /** Shows a status that the next bar or line replaces. */
  #loading(model: string): void {
    if (this.#progress) this.#terminal.status(printable(`${model} is being loaded and tested.`));
  }

  #ready(news: { model: string; imagesPerSecond: number; fetchedBytes: number }): void {
    const { model, imagesPerSecond, fetchedBytes } = news;
    const came = fetchedBytes > 0 ? `${formatBytes(fetchedBytes)} were fetched` : "all of its files were cached";
    this.#say(`Ready for ${model}: ${formatRate(imagesPerSecond)} per worker; ${came}.`);
  }

  #say(sentence: string): void {
    this.#bar.finish();
    this.#terminal.out(`${printable(sentence)}\n`);
  }
}
