import { PROGRAM_NAME_PATTERN } from "../../../protocol/messages/allowed_program.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { type MasterChoice, masterChoiceOf } from "../access/master_choice.ts";
import type { FlagValues } from "../flag_values.ts";
import { type NodeTargets, targetsOf } from "../nodes/nodes_command.ts";
import { DEFAULT_PARALLEL, DEFAULT_TIMEOUT_MS } from "./exec_flags.ts";

export interface ExecCommand extends MasterChoice {
  readonly verb: "exec";
  readonly targets: NodeTargets;
  /** Name of the program. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** Nodes on which it runs at once. */
  readonly parallel: number;
  readonly timeoutMs: number;
  readonly json: boolean;
  /** Data directory in which a master of this machine is looked for; `null` for the usual ones. */
  readonly home: string | null;
}

/** A command line, and the command for a node that it ends with. */
interface SplitLine {
  readonly line: readonly string[];
  /** Words behind the first `--`; empty if there are none. */
  readonly command: readonly string[];
}

/**
 * Splits a line that begins with `exec` at its first `--`. What is behind it belongs to the program,
 * whatever it looks like.
 */
export function splitExecLine(argv: readonly string[]): SplitLine {
  const at = argv[0] === "exec" ? argv.indexOf("--") : -1;
  return at < 0 ? { line: argv, command: [] } : { line: argv.slice(0, at), command: argv.slice(at + 1) };
}

/** Parses the words behind `dml exec`, its flags and the command. Throws `usage`. */
export function execCommand(names: readonly string[], values: FlagValues, command: readonly string[]): ExecCommand {
  const [program, ...args] = command;
  if (program === undefined) {
    throw new DmlError("usage", "`dml exec` needs a program behind `--`.", {
      advice: "As in `dml exec attic -- uptime`.",
    });
  }
  if (!PROGRAM_NAME_PATTERN.test(program)) {
    throw new DmlError(
      "usage",
      `A node allows programs by name, and ${JSON.stringify(program.slice(0, 100))} is none.`,
      {
        advice: "Name it as `dml join --allow-exec NAME=/path` does.",
      },
    );
  }
  requireShort(args);
  return {
    verb: "exec",
    ...masterChoiceOf(values),
    targets: targetsOf("exec", names, values),
    program,
    arguments: args,
    parallel: values.count("parallel", LIMITS.execParallelMax) ?? DEFAULT_PARALLEL,
    timeoutMs: values.durationMs("timeout", { max: LIMITS.execTimeoutMaxMs }) ?? DEFAULT_TIMEOUT_MS,
    json: values.isOn("json"),
    home: values.text("home"),
  };
}

function requireShort(args: readonly string[]): void {
  const { execArgumentsMax, execArgumentsCharactersMax } = LIMITS;
  const characters = args.reduce((sum, { length }) => sum + length, 0);
  if (args.length <= execArgumentsMax && characters <= execArgumentsCharactersMax) return;
  throw new DmlError(
    "usage",
    `A program gets at most ${execArgumentsMax} arguments of ${execArgumentsCharactersMax} characters together.`,
  );
}
