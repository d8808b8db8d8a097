import type { Clock } from "../../protocol/kernel/clock.ts";
import type { DmlError } from "../../protocol/kernel/errors.ts";
import { FailureReport } from "./failure_report.ts";
import { type Input, readInput } from "./inputs.ts";
import { mapInOrder } from "./map_in_order.ts";
import { ProgressBar } from "../terminal/progress_bar.ts";
import { formatRate } from "../terminal/render.ts";
import { SharedFailure } from "./shared_failure.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** What {@linkcode runPictures} works with. */
export interface PictureRunContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly signal: AbortSignal;
  /** Whether a bar is drawn while more than one picture is looked at. */
  readonly progress: boolean;
}

/** What became of one picture. */
export type PictureOutcome<Item, Result> =
  | { readonly item: Item; readonly ok: true; readonly result: Result }
  | { readonly item: Item; readonly ok: false; readonly failure: DmlError; readonly isShared: boolean };

/**
 * Does `work` on the bytes of each picture, `concurrency` at once, and hands out what became of them in their order, with a bar
 * meanwhile. After a failure that strikes all the others alike, these only repeat it. Failures are told on standard error.
 */
export async function* runPictures<Item extends { readonly input: Input }, Result>(
  items: readonly Item[],
  options: PictureRunContext & {
    concurrency: number;
    work: (bytes: Uint8Array<ArrayBuffer>, item: Item) => Promise<Result>;
  },
): AsyncGenerator<PictureOutcome<Item, Result>> {
  const { terminal, clock, progress, concurrency } = options;
  const bar = new ProgressBar(terminal, clock);
  const startedMs = clock.nowMs();
  let done = 0;
  const doOne = worker<Item, Result>(options);
  const outcomes = mapInOrder(items, {
    concurrency,
    async work(item) {
      const outcome = await doOne(item);
      done++;
      const seconds = Math.max(0.001, (clock.nowMs() - startedMs) / 1_000);
      const text = `${done}/${items.length} pictures, ${formatRate(done / seconds)}`;
      if (progress && items.length > 1) bar.update(done / items.length, text);
      return outcome;
    },
  });
  const failures = new FailureReport(terminal);
  try {
    for await (const outcome of outcomes) {
      if (!outcome.ok) failures.tell(outcome, outcome.item.input.name);
      yield outcome;
    }
  } finally {
    bar.finish();
  }
  failures.finish(items.length);
}

function worker<Item extends { readonly input: Input }, Result>(
  options: PictureRunContext & { work: (bytes: Uint8Array<ArrayBuffer>, item: Item) => Promise<Result> },
): (item: Item) => Promise<PictureOutcome<Item, Result>> {
  const shared = new SharedFailure();
  return async (item) => {
    try {
      if (item.input.kind === "missing") throw item.input.error;
      shared.repeat();
      return { item, ok: true, result: await options.work(await readInput(item.input, options), item) };
    } catch (error) {
      return { item, ok: false, ...shared.ofOne(error) };
    }
  };
}
