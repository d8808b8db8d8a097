import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import type { DoctorCommand } from "../cli/command.ts";
import type { StepResult } from "../doctor/bundle.ts";
import type { DoctorStep } from "../doctor/step.ts";
import { EXIT_OK } from "../cli/exit.ts";
import { printable, renderError, styled } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

const NAME_COLUMNS = 10;

/** Runs the steps up to the first that fails, and returns the exit code of that failure. */
export async function runDoctor(
  { json }: Pick<DoctorCommand, "json">,
  { steps, terminal, signal, onStep = () => {} }: {
    steps: readonly DoctorStep[];
    terminal: Terminal;
    signal: AbortSignal;
    /** Called with the result of each step that was tried. */
    onStep?: (result: StepResult) => void;
  },
): Promise<number> {
  for (const [index, { name, check }] of steps.entries()) {
    terminal.status(`${name} ...`);
    try {
      const detail = await unlessStopped(check, signal);
      onStep({ step: name, ok: true, detail });
      if (json) terminal.out(jsonLine({ step: name, ok: true, detail }));
      else terminal.out(`${mark("ok", "green", terminal)} ${name.padEnd(NAME_COLUMNS)} ${printable(detail)}\n`);
    } catch (error) {
      const failure = asDmlError(error);
      const { code, message, advice } = failure;
      onStep({ step: name, ok: false, error: { code, message, advice } });
      const untried = steps.slice(index + 1).map((step) => step.name);
      terminal.status(null);
      reportFailure({ name, failure, untried }, { json, terminal });
      return failure.kind.exit;
    }
  }
  terminal.status(null);
  if (!json) terminal.out("All is well.\n");
  return EXIT_OK;
}

function reportFailure(
  { name, failure, untried }: { name: string; failure: DmlError; untried: readonly string[] },
  { json, terminal }: { json: boolean; terminal: Terminal },
): void {
  const { code, message, advice } = failure;
  if (json) return terminal.out(jsonLine({ step: name, ok: false, error: { code, message, advice } }));
  terminal.out(`${mark("failed", "red", terminal)} ${name}\n`);
  if (untried.length > 0) terminal.out(`Not tried: ${untried.join(", ")}.\n`);
  terminal.error(renderError(failure, { color: terminal.errorColor }));
}

async function unlessStopped(check: () => Promise<string>, signal: AbortSignal): Promise<string> {
  try {
    if (signal.aborted) throw new DmlError("interrupted", "Stopped before the last step.");
    return await check();
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new DmlError("interrupted", "Stopped before the last step.", { cause: error });
  }
}

function mark(text: string, color: "green" | "red", { outColor }: Terminal): string {
  return styled(text.padEnd(6), color, outColor);
}
