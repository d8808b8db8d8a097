/**
 * `deno task fuzz [--surface NAME] [--cases N] [--seed S]`: gives dml what no well-meaning client
 * sends, at every place where something comes in. Exits with 1 if dml crashes, hangs, leaks, or
 * fails otherwise than by a refusal. Each surface runs in a process of its own. The seeds of bugs
 * that were found before come first; a new bug is printed with the command that repeats it.
 */
import { parseArgs } from "node:util";
import { parseAs, z } from "../protocol/schema.ts";
import foundSeeds from "./fuzz/found_seeds.json" with { type: "json" };
import type { CaseRange } from "./fuzz/run_cases.ts";
import { runInProcess } from "./fuzz/run_in_process.ts";
import { SURFACES } from "./fuzz/surfaces.ts";
import type { Surface } from "./fuzz/surface.ts";

/** Number of cases a surface in a night. */
const CASES_DEFAULT = 100_000;
const MEBIBYTE = 1024 * 1024;
/** Growth of memory between a tenth of the cases and all of them that counts as a leak. */
const LEAK_BYTES = { heap: 48 * MEBIBYTE, resident: 384 * MEBIBYTE };
/** Fewer cases tell nothing about leaks: caches are still filling. */
const LEAK_CASES_MIN = 10_000;

const seedsSchema = z.array(z.strictObject({
  surface: z.string(),
  seed: z.number(),
  cases: z.number(),
  /** What was wrong. */
  bug: z.string(),
}));

if (import.meta.main) {
  const { surface: name, cases, seed } = parseArgs({
    args: Deno.args,
    options: { surface: { type: "string" }, cases: { type: "string" }, seed: { type: "string" } },
  }).values;
  const chosen = SURFACES.filter((surface) => name === undefined || surface.name === name);
  if (chosen.length === 0) {
    throw new Error(`There is no surface ${name}; there are ${SURFACES.map((surface) => surface.name).join(", ")}.`);
  }
  const range = { seed: wholeNumber(seed ?? String(newSeed())), cases: wholeNumber(cases ?? String(CASES_DEFAULT)) };
  console.log(`Seed ${range.seed}, ${range.cases} cases a surface.`);
  for (const surface of chosen) {
    const isSound = await repeatFound(surface) && await tryCases(surface, range);
    if (!isSound) Deno.exitCode = 1;
  }
}

/** Runs the seeds of bugs that were found before. Returns true if none is there again. */
async function repeatFound(surface: Surface): Promise<boolean> {
  const found = parseAs(seedsSchema, foundSeeds, { what: "found_seeds.json", code: "usage" });
  for (const { seed, cases, bug } of found.filter((known) => known.surface === surface.name)) {
    const { failure } = await runInProcess(surface, { seed, cases });
    if (failure === null) continue;
    console.log(`${surface.name}: an old bug is back: ${bug}\n${failure}`);
    return false;
  }
  return true;
}

/** Runs `range` and prints what came of it. Returns true if no bug was found. */
async function tryCases(surface: Surface, range: CaseRange): Promise<boolean> {
  const { failure, report } = await runInProcess(surface, range);
  if (report !== null) {
    const { cases, answers, slowest, memory: { early, late } } = report;
    const counted = Object.entries(answers).sort(([, one], [, other]) => other - one)
      .map(([answer, count]) => `${answer} ${count}`);
    console.log(`${surface.name}: ${cases} cases (${surface.what})`);
    console.log(`  ${counted.join(", ")}`);
    console.log(
      `  slowest: ${slowest.ms.toFixed(0)} ms, seed ${slowest.seed}; memory ${mebibytes(late.resident)} MiB ` +
        `(${mebibytes(early.resident)} after a tenth), objects ${mebibytes(late.heap)} (${mebibytes(early.heap)})`,
    );
    const grown = (["heap", "resident"] as const).find((kind) => late[kind] - early[kind] > LEAK_BYTES[kind]);
    if (failure === null && grown !== undefined && cases >= LEAK_CASES_MIN) {
      console.log(`  FAILED: memory (${grown}) grows. Repeat: ${commandOf(surface, range)}`);
      return false;
    }
  }
  if (failure !== null) console.log(`${surface.name}: FAILED\n${failure}`);
  return failure === null;
}

function commandOf(surface: Surface, { seed, cases }: CaseRange): string {
  return `deno task fuzz --surface ${surface.name} --seed ${seed} --cases ${cases}`;
}

function mebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(0);
}

function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`${text} is not a whole number.`);
  return Number(text);
}
