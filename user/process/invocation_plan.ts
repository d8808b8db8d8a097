import { type Invocation } from "../cli/command.ts";
import { ENVIRONMENT_NAMES } from "../cli/flags.ts";
import { parseCommand, settingsPlaceOf } from "../cli/parse_command.ts";
import { revokeReading } from "./confinement.ts";
import { invocationFactsOf } from "./invocation_facts.ts";
import type { Permissions } from "./permission_set.ts";
import { permissionsOf } from "./permissions.ts";
import type { ProcessFacts } from "./process_place.ts";
import { processFactsOf, removeProxyVariables } from "./process_facts.ts";
import { readSettings, settingsFileOf } from "../settings/settings_file.ts";
import { storedAccess } from "./stored_access.ts";

/** A parsed command line, and the facts about the host that its command needs. */
export interface Task extends Invocation {
  readonly facts: ProcessFacts;
  readonly noColor: boolean;
}

/**
 * Parses the command line of this process, whose main module is `entry`, and gives up the files
 * that only this needed and the variables that name proxies. Returns what to do, and the
 * permissions that it needs. Throws `usage`, `home_unusable` or `context_unknown`.
 */
export async function planOf(
  argv: readonly string[],
  { entry, isPacked }: { entry: string; isPacked: boolean },
): Promise<{ task: Task; permissions: Permissions }> {
  const environment = Object.fromEntries(ENVIRONMENT_NAMES.map((name) => [name, Deno.env.get(name)]));
  const start = invocationFactsOf({ entry, isPacked });
  const settings = settingsFileOf(settingsPlaceOf(argv, environment), start);
  const invocation = parseCommand(argv, environment, {
    ...storedAccess(start),
    settings: await readSettings(settings),
  });
  const facts = processFactsOf(invocation.command, start);
  removeProxyVariables();
  revokeReading([...facts.access?.parsed ?? [], ...settings === null ? [] : [settings.path]]);
  const task = { ...invocation, facts, noColor: Boolean(environment.NO_COLOR) };
  const permissions = permissionsOf(invocation.command, facts);
  const { command } = invocation;
  if (command.verb === "join" && command.allowExec.length > 0) {
    const { checkPrograms, requireRunPermission } = await import("./check_programs.ts");
    checkPrograms(command.allowExec, { writableDirectories: permissions.write });
    requireRunPermission(command.allowExec);
  }
  return { task, permissions };
}
