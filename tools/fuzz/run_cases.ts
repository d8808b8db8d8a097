import { asDmlError } from "../../protocol/kernel/errors.ts";
import { Dice } from "./dice.ts";
import type { Surface, World } from "./surface.ts";

/** The seeds to try: `cases` of them from `seed` on. */
export interface CaseRange {
  readonly seed: number;
  readonly cases: number;
}

/** A case that dml neither took nor refused. */
export interface FoundBug {
  /** The range that repeats it: the case is the last one of it. */
  readonly range: CaseRange;
  /** The error, with its stack. */
  readonly error: string;
  /** The case itself. */
  readonly described: string;
}

/** Memory of the process, in bytes. */
export interface Memory {
  /** Memory of objects that are still reachable. */
  readonly heap: number;
  readonly resident: number;
}

/** The outcome of a run. */
export interface CasesReport {
  readonly cases: number;
  /** Number of cases by answer: `accepted`, or the code of the refusal. */
  readonly answers: Readonly<Record<string, number>>;
  readonly slowest: { readonly seed: number; readonly ms: number };
  /** Memory after a tenth of the cases, and after all of them. */
  readonly memory: { readonly early: Memory; readonly late: Memory };
  /** The first bug; `null` if none was found. */
  readonly bug: FoundBug | null;
}

/** Calls `onCase` before each case with its seed, so that a crash or a hang can be told. */
export async function runCases(
  surface: Surface,
  { seed, cases, onCase = () => {} }: CaseRange & { onCase?: (seed: number) => void },
): Promise<CasesReport> {
  const answers: Record<string, number> = {};
  let slowest = { seed, ms: 0 };
  let early: Memory | null = null;
  let bug: FoundBug | null = null;
  let done = 0;
  while (done < cases && bug === null) {
    const first = seed + done;
    const count = Math.min(surface.casesPerWorld, cases - done);
    await using world = await surface.open();
    for (let at = 0; at < count && bug === null; at++, done++) {
      const dice = new Dice(first + at);
      onCase(dice.seed);
      const startedMs = performance.now();
      const answer = await answerOf(world, dice);
      const ms = performance.now() - startedMs;
      if (ms > slowest.ms) slowest = { seed: dice.seed, ms };
      if (typeof answer === "string") answers[answer] = (answers[answer] ?? 0) + 1;
      else bug = { range: { seed: first, cases: at + 1 }, ...answer };
    }
    if (early === null && done >= cases / 10) early = memoryNow();
  }
  return { cases: done, answers, slowest, memory: { early: early ?? memoryNow(), late: memoryNow() }, bug };
}

async function answerOf(world: World, dice: Dice): Promise<string | { error: string; described: string }> {
  try {
    return await world.run(dice);
  } catch (error) {
    const stack = error instanceof Error ? error.stack ?? error.message : String(error);
    return { error: `${asDmlError(error).code}: ${stack}`, described: dice.describe() };
  }
}

function memoryNow(): Memory {
  // Present if V8 was started with --expose-gc.
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect === "function") collect();
  const { heapUsed, rss } = Deno.memoryUsage();
  return { heap: heapUsed, resident: rss };
}
