/**
 * `deno task chaos [NAME…]`: does, with real processes, what must not bring a cluster down, and
 * prints what was done, what was expected and what happened. Exits with 1 if that is not the same.
 * A trial that this host cannot make is left out, and said so.
 */
import { DEATHS } from "./chaos/trials/deaths.ts";
import { FLOODS } from "./chaos/trials/floods.ts";
import { HOSTILE_CONTENT } from "./chaos/trials/hostile_content.ts";
import { LINES } from "./chaos/trials/lines.ts";
import { LITTLE_MEMORY } from "./chaos/trials/little_memory.ts";
import { STORAGE } from "./chaos/trials/storage.ts";
import { LeftOut, type Trial } from "./chaos/trial.ts";

const TRIALS: readonly Trial[] = [...FLOODS, ...HOSTILE_CONTENT, ...LITTLE_MEMORY, ...STORAGE, ...DEATHS, ...LINES];
/** A trial that takes longer hangs. */
const TRIAL_MS_MAX = 10 * 60_000;

if (import.meta.main) {
  const chosen = TRIALS.filter(({ name }) => Deno.args.length === 0 || Deno.args.includes(name));
  if (chosen.length === 0) throw new Error(`The trials are: ${TRIALS.map(({ name }) => name).join("; ")}.`);
  const counts = { ok: 0, FAILED: 0, "left out": 0 };
  for (const trial of chosen) counts[await printTrial(trial)]++;
  console.log(`${counts.ok} ok, ${counts.FAILED} failed, ${counts["left out"]} left out.`);
  // A trial that failed may have left a connection that would keep this process.
  Deno.exit(counts.FAILED === 0 ? 0 : 1);
}

async function printTrial(trial: Trial): Promise<"ok" | "FAILED" | "left out"> {
  const startedMs = performance.now();
  const { mark, happened } = await outcomeOf(trial);
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0);
  console.log(`${mark.padEnd(8)} ${trial.name} (${seconds} s)`);
  for (const [title, text] of Object.entries({ done: trial.done, expected: trial.expected, happened })) {
    console.log(`         ${`${title}:`.padEnd(9)} ${text}`);
  }
  return mark;
}

async function outcomeOf(trial: Trial): Promise<{ mark: "ok" | "FAILED" | "left out"; happened: string }> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("it took longer than 10 minutes")), TRIAL_MS_MAX);
  try {
    return { mark: "ok", happened: await Promise.race([trial.run(), late.promise]) };
  } catch (error) {
    if (error instanceof LeftOut) return { mark: "left out", happened: error.message };
    return { mark: "FAILED", happened: error instanceof Error ? error.stack ?? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
