import { isAbsolute, normalize } from "node:path";
import { type AllowedProgram, PROGRAM_NAME_PATTERN } from "../../../protocol/messages/allowed_program.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { FlagValues } from "../flag_values.ts";

const EXAMPLE = "--allow-exec df=/usr/bin/df,uptime=/usr/bin/uptime";
const PATH_CHARACTERS_MAX = 4_096;

/**
 * Returns the programs that a node allows: those of the flags, else those of the environment
 * variable. Throws `usage`.
 */
export function allowedPrograms(values: FlagValues): readonly AllowedProgram[] {
  const texts = values.given.has("allow-exec") ? values.texts("allow-exec") : [values.text("allow-exec") ?? []].flat();
  const programs = texts.flatMap((text) => text.split(",")).map(allowedProgram);
  const twice = programs.find(({ name }, at) => programs.findIndex((other) => other.name === name) < at);
  if (twice !== undefined) throw new DmlError("usage", `--allow-exec names ${twice.name} twice.`);
  if (programs.length <= LIMITS.execProgramsMax) return programs;
  throw new DmlError("usage", `A node allows at most ${LIMITS.execProgramsMax} programs, not ${programs.length}.`);
}

function allowedProgram(text: string): AllowedProgram {
  const [, name = "", path = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const isPlain = PROGRAM_NAME_PATTERN.test(name) && isAbsolute(path) && path.length <= PATH_CHARACTERS_MAX &&
    normalize(path) === path && !path.includes("\0");
  if (isPlain) return { name, path };
  throw new DmlError("usage", `--allow-exec takes NAME=/path, not ${JSON.stringify(text.slice(0, 200))}.`, {
    advice: `Name each program with its whole path, as in ${EXAMPLE}.`,
  });
}
