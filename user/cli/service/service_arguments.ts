import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { JoinCommand, ServeCommand, ServiceCommand } from "../command.ts";
import type { FlagValues } from "../flag_values.ts";
import { oneOf } from "../one_of.ts";
import { SERVICE_ACTIONS, SERVICE_ROLES, type ServiceRole, SYSTEM_HOME } from "../../service/service_place.ts";

interface Parts {
  readonly rest: readonly string[];
  readonly values: FlagValues;
}

interface RoleParsers {
  readonly serve: (values: FlagValues) => ServeCommand;
  readonly join: (parts: Parts) => JoinCommand;
}

/**
 * Parses the words after `dml service`, and the flags. `parsers` parse the command line of the role
 * to install. Throws `usage`.
 */
export function serviceCommand({ rest, values }: Parts, parsers: RoleParsers): ServiceCommand {
  const [actionWord, roleWord, ...more] = rest;
  const action = oneOf(SERVICE_ACTIONS, actionWord, { what: "`dml service`", example: "dml service status" });
  const needsRole = action !== "status" || roleWord !== undefined;
  const example = `dml service ${action} serve`;
  const role = needsRole ? oneOf(SERVICE_ROLES, roleWord, { what: `\`dml service ${action}\``, example }) : null;
  const roleCommand = action === "install" ? startOf(role, { rest: more, values }, parsers) : null;
  if (roleCommand?.verb !== "join" && more.length > 0) {
    throw new DmlError("usage", `\`dml service\` takes no ${JSON.stringify(more[0])}.`, {
      advice: "See `dml service --help`.",
    });
  }
  const level = values.toggle("system") ? "system" : "user";
  const home = values.text("home");
  if (level === "system" && home !== null) {
    throw new DmlError(
      "usage",
      `A service of the host keeps its data in ${SYSTEM_HOME}, not in ${JSON.stringify(home)}.`,
      {
        advice: "Leave --home (DML_HOME) out, or --system.",
      },
    );
  }
  const roles = role === null ? SERVICE_ROLES : [role];
  return { verb: "service", action, level, roles, roleCommand, home, json: values.toggle("json") ?? false };
}

function startOf(role: ServiceRole | null, parts: Parts, { serve, join }: RoleParsers): ServeCommand | JoinCommand {
  return role === "serve" ? serve(parts.values) : join(parts);
}
