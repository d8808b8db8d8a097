import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { contextNamed, withoutContext } from "../../access/contexts.ts";
import { readContexts, writeContexts } from "../../access/contexts_file.ts";
import type { ContextCommand } from "../../cli/access/access_command.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import { fittingTable } from "../../reports/fitting_table.ts";
import { printable } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";

const COLUMNS = [
  { title: "" },
  { title: "name", shrinks: true },
  { title: "master" },
  { title: "role" },
  { title: "gallery", omitted: 0 },
] as const;

/** Lists the contexts in the file at `path`, chooses one or removes one. Returns the exit code. */
export async function runContext(
  command: ContextCommand,
  { terminal, path }: { terminal: Terminal; path: string | null },
): Promise<number> {
  const contexts = readContexts(path);
  switch (command.subVerb) {
    case "list": {
      if (command.json) {
        for (const { token: _, ca: __, ...context } of contexts.contexts) {
          terminal.out(jsonLine({ ...context, current: context.name === contexts.current }));
        }
        break;
      }
      if (contexts.contexts.length === 0) {
        terminal.out("There is no context; `dml login HOST` makes one.\n");
        break;
      }
      const rows = contexts.contexts.map(({ name, master, role, gallery }) =>
        [name === contexts.current ? "*" : "", name, master, role, gallery ?? ""].map(printable)
      );
      terminal.out(fittingTable(COLUMNS, rows, { columnsMax: terminal.outColumns, color: terminal.outColor }));
      break;
    }
    case "use": {
      const { name } = command;
      const master = name === null ? null : contextNamed(contexts, name).master;
      await writeContexts(placeOf(path), { ...contexts, current: name });
      const sentence = master === null
        ? "No context is used from now on."
        : `The master at ${master} is used from now on.`;
      terminal.out(`${printable(sentence)}\n`);
      break;
    }
    case "remove":
      await writeContexts(placeOf(path), withoutContext(contexts, command.name));
      terminal.out(`The context ${printable(command.name)} and its token are forgotten here.\n`);
  }
  return EXIT_OK;
}

/** Returns the path of the file with the contexts. Throws `home_unusable` if there is no place. */
export function placeOf(path: string | null): string {
  if (path !== null) return path;
  throw new DmlError("home_unusable", "The place for your configuration is not known.", {
    advice: "Set HOME, or name a directory with DML_CONFIG.",
  });
}
