import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { RestoreCommand } from "./access_command.ts";
import { refuseRest } from "../arguments.ts";
import type { FlagValues } from "../flag_values.ts";

/** Returns the file that `dml backup` or `dml restore` names. Throws `usage` without one. */
export function backupFile(
  { verb, rest, values }: { verb: "backup" | "restore"; rest: readonly string[]; values: FlagValues },
): Omit<RestoreCommand, "verb"> {
  refuseRest(verb, rest.slice(1));
  const [file] = rest;
  if (file === undefined) {
    throw new DmlError("usage", `\`dml ${verb}\` needs a file.`, { advice: `Say \`dml ${verb} FILE\`.` });
  }
  return { file, home: values.text("home"), json: values.isOn("json") };
}
