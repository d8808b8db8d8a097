import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import type { RolloutRecord } from "../../../protocol/http_api/rollout_api.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { EXIT_OK, EXIT_SOME_FAILED } from "../../cli/exit.ts";
import type { RolloutAction } from "../../cli/rollout_command.ts";
import { collectedText, lineageText, rolloutLine, rolloutVerdict } from "./rollout_report.ts";
import { printable } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import type { VersionClient } from "../../client/version_client.ts";
import { sleep } from "../../../protocol/kernel/sleep.ts";

/** Interval between two requests for the state of a rollout whose end is awaited. */
const LOOK_EVERY_MS = 500;

export interface RolloutContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Aborts on Ctrl-C; a rollout that has begun continues. */
  readonly signal: AbortSignal;
  readonly progress: boolean;
  readonly json: boolean;
  readonly versions: VersionClient;
}

/** Runs one `dml models` command about versions. Returns its exit code. */
export async function runRolloutAction(action: RolloutAction, context: RolloutContext): Promise<number> {
  const { terminal, versions, json } = context;
  const say = (detail: string) => terminal.out(json ? jsonLine({ detail }) : `${printable(detail)}\n`);
  switch (action.action) {
    case "rollout":
      return await runRollout(action, context);
    case "rollback":
      say(await versions.rollBack(action.name));
      return EXIT_OK;
    case "pin":
      say(await versions.pin(action.version, action.pinned));
      return EXIT_OK;
    case "remove":
      say(await versions.remove(action.version));
      return EXIT_OK;
    case "gc": {
      const collected = await versions.collect();
      terminal.out(json ? jsonLine(collected) : collectedText(collected));
      return EXIT_OK;
    }
  }
}

async function runRollout(
  { name, request, wait }: Extract<RolloutAction, { action: "rollout" }>,
  context: RolloutContext,
): Promise<number> {
  const { terminal, versions, json } = context;
  if (request === null) {
    const lineage = await versions.rollouts(name);
    terminal.out(json ? jsonLine(lineage) : lineageText(lineage));
    return EXIT_OK;
  }
  const begun = await versions.rollOut(name, request);
  if (!wait) {
    terminal.out(json ? jsonLine(begun) : `${rolloutLine(begun)}\n`);
    return EXIT_OK;
  }
  const ended = await followed(name, begun, context);
  terminal.out(json ? jsonLine(ended) : rolloutVerdict(ended));
  return ended.stage === "promoted" ? EXIT_OK : EXIT_SOME_FAILED;
}

/** Polls a rollout until it has ended and returns it. Throws `interrupted` on Ctrl-C. */
async function followed(name: string, begun: RolloutRecord, context: RolloutContext): Promise<RolloutRecord> {
  const { terminal, versions, signal, clock, progress } = context;
  try {
    for (;;) {
      const { current, history } = await versions.rollouts(name);
      const record = [current, ...history].find((rollout) => rollout?.rolloutId === begun.rolloutId);
      if (!record) throw new DmlError("internal", `The master no longer knows the rollout of ${begun.to}.`);
      if (record.endedMs !== null) return record;
      if (progress) terminal.status(rolloutLine(record));
      await sleep(LOOK_EVERY_MS, { clock, signal });
      if (signal.aborted) {
        throw new DmlError("interrupted", `The rollout of ${begun.to} continues.`, {
          advice: `\`dml models rollout ${name}\` shows its state; \`dml models rollback ${name}\` ends it.`,
        });
      }
    }
  } finally {
    terminal.status(null);
  }
}
