import type { Clock } from "../protocol/kernel/clock.ts";
import { ProgressBar } from "./progress_bar.ts";
import { counted, formatBytes, formatDuration, formatRate, printable } from "./render.ts";
import type { Terminal } from "./terminal.ts";

/** What happens to a node that a person may want to see. */
type NodeNews =
  | { readonly kind: "connected" }
  | { readonly kind: "disconnected"; readonly ending: { readonly reason: string }; readonly retryInMs: number }
  | {
    readonly kind: "recognizerReady";
    readonly recognizer: string;
    readonly imagesPerSecond: number;
    readonly fetchedBytes: number;
  }
  | { readonly kind: "recognizerFailed"; readonly recognizer: string; readonly failure: { readonly reason: string } }
  | { readonly kind: "drainChanged"; readonly draining: boolean };

/** Tells a person what becomes of a node: a bar while files of recognizers arrive, and a line for each turn of events. */
export class JoinReport {
  readonly #terminal: Terminal;
  readonly #progress: boolean;
  readonly #bar: ProgressBar;

  constructor(options: { terminal: Terminal; clock: Clock; progress: boolean }) {
    this.#terminal = options.terminal;
    this.#progress = options.progress;
    this.#bar = new ProgressBar(options.terminal, options.clock);
  }

  started(node: { name: string; nodeId: string; workers: number; master: string }): void {
    this.#say(
      `Node ${node.name} (${node.nodeId}) with ${counted(node.workers, "worker")} asks ${node.master} to take it in.`,
    );
  }

  /** Something happened. */
  tell(news: NodeNews): void {
    switch (news.kind) {
      case "connected":
        return this.#say("The master has taken it in.");
      case "disconnected":
        return this.#say(
          `No connection: ${news.ending.reason} Trying again in ${formatDuration(news.retryInMs)}.`,
        );
      case "recognizerReady":
        return this.#ready(news);
      case "recognizerFailed":
        return this.#say(`Not ready for ${news.recognizer}: ${news.failure.reason}`);
      case "drainChanged":
        return this.#say(news.draining ? "Takes no new pictures, finishes what it has." : "Takes pictures again.");
    }
  }

  /** Some bytes of a recognizer have arrived. */
  received(progress: { recognizer: string; doneBytes: number; totalBytes: number }): void {
    const { recognizer, doneBytes, totalBytes } = progress;
    if (!this.#progress || totalBytes === 0) return;
    if (doneBytes === totalBytes) this.#bar.finish();
    else {
      const text = `${recognizer}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
      this.#bar.update(doneBytes / totalBytes, text);
    }
  }

  left(): void {
    this.#say("The node has left.");
  }

  #ready(news: { recognizer: string; imagesPerSecond: number; fetchedBytes: number }): void {
    const { recognizer, imagesPerSecond, fetchedBytes } = news;
    const came = fetchedBytes > 0 ? `${formatBytes(fetchedBytes)} came` : "all of it was here";
    this.#say(`Ready for ${recognizer}: ${formatRate(imagesPerSecond)} a worker; ${came}.`);
  }

  #say(sentence: string): void {
    this.#bar.finish();
    this.#terminal.out(`${printable(sentence)}\n`);
  }
}
