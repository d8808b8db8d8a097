import type { TrashEntry } from "../../../protocol/http_api/trash_api.ts";
import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import type { TrashCommand, UndoCommand } from "../../cli/people_command.ts";
import { fittingTable } from "../../reports/fitting_table.ts";
import { counted, formatDuration, printable } from "../../terminal/render.ts";
import type { PeopleContext } from "./context.ts";
import { galleryFlag } from "./edit.ts";
import { countedAs, inForceText } from "./text.ts";

const COLUMNS = [
  { title: "removed", shrinks: true },
  { title: "ago", align: "right" },
  { title: "left", align: "right" },
  { title: "faces", align: "right" },
  { title: "id" },
] as const;

type Context = Pick<PeopleContext, "terminal" | "clock" | "people">;

/** Lists what is in the trash of a gallery, or empties it. Returns the exit code. */
export async function runTrash(
  { gallery, empty, json }: TrashCommand,
  { terminal, clock, people }: Context,
): Promise<number> {
  if (empty) {
    const entries = await people.emptyTrash(gallery);
    terminal.out(json ? jsonLine({ gallery, entries }) : `${counted(entries, "removal")} deleted for good.\n`);
    return EXIT_OK;
  }
  const entries = await people.trash(gallery);
  if (json) {
    for (const entry of entries) terminal.out(jsonLine(entry));
    return EXIT_OK;
  }
  if (entries.length === 0) {
    terminal.out(`Nothing was removed from ${gallery} within a week.\n`);
    return EXIT_OK;
  }
  const nowMs = clock.wallMs();
  const rows = entries.map((entry) => [
    printable(textOf(entry)),
    formatDuration(Math.max(0, nowMs - entry.removedMs)),
    formatDuration(Math.max(0, entry.expiresMs - nowMs)),
    `${entry.faces}`,
    entry.entryId,
  ]);
  terminal.out(fittingTable(COLUMNS, rows, { columnsMax: terminal.outColumns, color: terminal.outColor }));
  return EXIT_OK;
}

/** Brings back what was removed. Returns the exit code. */
export async function runUndo(
  { gallery, entryId, json }: UndoCommand,
  { terminal, people }: Context,
): Promise<number> {
  const restored = await people.restore(gallery, entryId ?? await newestIn(gallery, people));
  if (json) {
    terminal.out(jsonLine(restored));
    return EXIT_OK;
  }
  const { entry, facesAdded, facesKnown, inForce } = restored;
  const known = facesKnown === 0 ? "" : `, ${facesKnown} there already`;
  const reach = inForce === null ? "" : `; ${inForceText(gallery, inForce)}`;
  const sentence = `Taken back: ${textOf(entry)}. ${countedAs(facesAdded, "face", "faces")} restored${known}${reach}`;
  terminal.out(`${printable(sentence)}\n`);
  return EXIT_OK;
}

async function newestIn(gallery: string, people: Context["people"]): Promise<string> {
  const [newest] = await people.trash(gallery);
  if (newest !== undefined) return newest.entryId;
  throw new DmlError("trash_unknown", `Nothing was removed from ${gallery} within a week.`, {
    advice: `\`dml people list${galleryFlag(gallery)}\` lists who is there.`,
  });
}

function textOf({ kind, name, into, gallery, people }: TrashEntry): string {
  switch (kind) {
    case "person":
      return `${name}`;
    case "face":
      return `a face of ${name}`;
    case "merge":
      return `the merge of ${name} into ${into}`;
    case "gallery":
      return `the gallery ${gallery} with ${countedAs(people, "person", "people")}`;
  }
}
