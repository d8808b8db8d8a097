import { dirname, join, resolve } from "node:path";
import { formatAddress } from "../../../protocol/http_api/address.ts";
import type { ModelsCommand } from "../../cli/models_command.ts";
import { fixedPartOf } from "../../pictures/glob.ts";
import { inHome, masterOf, unique } from "../permission_parts.ts";
import { NO_PERMISSIONS, type Permissions } from "../permission_set.ts";
import type { ProcessFacts } from "../process_place.ts";

/** Returns the permissions for models, whose files come from this host or from other sources. */
export function modelsPermissions(command: ModelsCommand, facts: ProcessFacts): Permissions {
  const master = formatAddress(masterOf(command));
  const absolute = (path: string) => resolve(facts.currentDirectory, path);
  switch (command.action) {
    case "add": {
      const { source, labels, manifest, save } = command;
      const { read, write } = inHome(facts);
      const saved = save === null ? [] : [dirname(absolute(save))];
      // Labels and test pictures lie beside the file that they belong to.
      const files = [source.kind === "path" ? source.path : null, labels, manifest].filter((path) => path !== null);
      const beside = files.flatMap((path) => [absolute(path), dirname(absolute(path))]);
      const { HOME, USERPROFILE } = facts.sourceVariables ?? {};
      const npmHome = source.kind === "npm" ? HOME ?? USERPROFILE : undefined;
      const settings = npmHome === undefined ? [] : [join(npmHome, ".npmrc")];
      return {
        ...NO_PERMISSIONS,
        // A source may redirect to any host; the engine on trial connects to a port of this one.
        net: source.kind === "path" ? [master, ...(save === null ? ["127.0.0.1:0"] : [])] : true,
        read: unique([...read, ...beside, ...saved, ...settings, ...facts.programPaths]),
        write: unique([...write, ...saved]),
      };
    }
    case "push": {
      const net = [master, ...(command.to === null ? [] : [formatAddress(command.to)])];
      return { ...NO_PERMISSIONS, net, read: [absolute(command.what), ...facts.programPaths] };
    }
    case "test":
      return { ...NO_PERMISSIONS, net: [master], read: command.images.map((path) => absolute(fixedPartOf(path))) };
    default:
      return { ...NO_PERMISSIONS, net: [master] };
  }
}
