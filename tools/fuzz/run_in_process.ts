import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import type { CaseRange, CasesReport } from "./run_cases.ts";
import type { Surface } from "./surface.ts";

const PROCESS = fileURLToPath(new URL("./surface_process.ts", import.meta.url));
/** Time without a new case after which the process hangs; a case takes milliseconds. */
const HANG_MS = 60_000;

/** The outcome of a process. */
export interface ProcessOutcome {
  /** Description of the bug, with the command that repeats it; `null` if there is none. */
  readonly failure: string | null;
  /** `null` if the process did not reach its end. */
  readonly report: CasesReport | null;
}

/** Runs the cases of `range` in a process of their own, which is killed if it hangs. */
export async function runInProcess(surface: Surface, range: CaseRange): Promise<ProcessOutcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "-A",
      "--v8-flags=--expose-gc",
      PROCESS,
      surface.name,
      String(range.seed),
      String(range.cases),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let [last, isHanging] = [range.seed, false];
  let report: CasesReport | null = null;
  const watch = () =>
    SYSTEM_CLOCK.after(HANG_MS, () => {
      isHanging = true;
      child.kill("SIGKILL");
    });
  let cancel = watch();
  // Streams of the platform copy each line several times; there are 100,000.
  for await (const line of createInterface({ input: Readable.fromWeb(child.stdout) })) {
    cancel();
    cancel = watch();
    if (/^\d+$/.test(line)) last = Number(line);
    else report = JSON.parse(line);
  }
  cancel();
  const { code } = await child.status;
  return { failure: failureOf({ surface, range, report, last, code, isHanging, errors: await errors }), report };
}

interface Ending {
  readonly surface: Surface;
  readonly range: CaseRange;
  readonly report: CasesReport | null;
  /** Seed of the last case that was begun. */
  readonly last: number;
  readonly code: number;
  readonly isHanging: boolean;
  readonly errors: string;
}

function failureOf({ surface, range, report, last, code, isHanging, errors }: Ending): string | null {
  const repeat = ({ seed, cases }: CaseRange) =>
    `  repeat: deno task fuzz --surface ${surface.name} --seed ${seed} --cases ${cases}`;
  if (report?.bug) {
    const { error, described, range: found } = report.bug;
    return `  case: ${described}\n  ${error}\n${repeat(found)}`;
  }
  if (report !== null && code === 0) return null;
  // The worlds are counted from the first seed of the run.
  const cases = (last - range.seed) % surface.casesPerWorld + 1;
  const how = isHanging ? `hangs for ${HANG_MS / 1_000} s` : `ended with ${code}`;
  return `  the process ${how} at the case of seed ${last}\n${errors}${repeat({ seed: last - cases + 1, cases })}`;
}
