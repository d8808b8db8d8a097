import type { Clock } from "../../protocol/kernel/clock.ts";
import type { DmlError } from "../../protocol/kernel/errors.ts";
import { FailureReport } from "./failure_report.ts";
import { type Input, readInput } from "./inputs.ts";
import { mapInOrder } from "./map_in_order.ts";
import { ProgressBar } from "../terminal/progress_bar.ts";
import { formatRate } from "../terminal/render.ts";
import { SharedFailure } from "./shared_failure.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Ports and settings of {@linkcode runPictures}. */
export interface PictureRunContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Stops the reading of pictures; `work` takes it for its own part. */
  readonly signal: AbortSignal;
  /** True if a bar is drawn for more than one picture. */
  readonly progress: boolean;
}

/** The outcome of one picture. */
export type PictureOutcome<Item, Result> =
  | { readonly item: Item; readonly ok: true; readonly result: Result }
  | { readonly item: Item; readonly ok: false; readonly failure: DmlError; readonly isShared: boolean };

interface PictureWork<Item, Result> {
  readonly work: (bytes: Uint8Array<ArrayBuffer>, item: Item) => Promise<Result>;
  /** Holds the failure of a preparation that all pictures need; by default there is none. */
  readonly shared?: SharedFailure;
}

/**
 * Does `work` on the bytes of each picture, `concurrency` pictures at once, and yields the outcomes
 * in the order of `items`. Draws a bar meanwhile and reports failures on standard error. After a
 * failure that all pictures share, the remaining ones fail with the same error without being read.
 */
export async function* runPictures<Item extends { readonly input: Input }, Result>(
  items: readonly Item[],
  options: PictureRunContext & PictureWork<Item, Result> & { readonly concurrency: number },
): AsyncGenerator<PictureOutcome<Item, Result>> {
  const doOne = worker<Item, Result>(options);
  const bar = new PictureBar(items.length, options);
  const outcomes = mapInOrder(items, {
    concurrency: options.concurrency,
    async work(item) {
      const outcome = await doOne(item);
      bar.count(outcome);
      return outcome;
    },
  });
  const failures = new FailureReport(options.terminal);
  try {
    for await (const outcome of outcomes) {
      if (!outcome.ok) failures.print(outcome, outcome.item.input.name);
      yield outcome;
    }
  } finally {
    bar.finish();
  }
  failures.finish(items.length);
}

function worker<Item extends { readonly input: Input }, Result>(
  options: PictureRunContext & PictureWork<Item, Result>,
): (item: Item) => Promise<PictureOutcome<Item, Result>> {
  const { work, shared = new SharedFailure() } = options;
  return async (item) => {
    try {
      if (item.input.kind === "missing") throw item.input.error;
      shared.rethrow();
      return { item, ok: true, result: await work(await readInput(item.input, options), item) };
    } catch (error) {
      return { item, ok: false, ...shared.classify(error) };
    }
  };
}

/** The progress bar of a run: pictures done, their rate and the failures among them. */
class PictureBar {
  readonly #total: number;
  readonly #context: PictureRunContext;
  readonly #bar: ProgressBar;
  readonly #startedMs: number;
  #done = 0;
  #failed = 0;

  constructor(total: number, context: PictureRunContext) {
    this.#total = total;
    this.#context = context;
    this.#bar = new ProgressBar(context.terminal, context.clock);
    this.#startedMs = context.clock.nowMs();
  }

  count({ ok }: { readonly ok: boolean }): void {
    this.#done++;
    if (!ok) this.#failed++;
    if (!this.#context.progress || this.#total < 2) return;
    const seconds = Math.max(0.001, (this.#context.clock.nowMs() - this.#startedMs) / 1_000);
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : "";
    const text = `${this.#done}/${this.#total} pictures, ${formatRate(this.#done / seconds)}${failed}`;
    this.#bar.update(this.#done / this.#total, text);
  }

  /** Takes the bar away. */
  finish(): void {
    this.#bar.finish();
  }
}
