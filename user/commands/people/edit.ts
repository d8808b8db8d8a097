import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { type InForceAnswer, thresholdsSchema } from "../../../protocol/http_api/people_api.ts";
import { DEFAULT_GALLERY } from "../../../protocol/kernel/people_names.ts";
import { parseAs } from "../../../protocol/schema.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import type {
  MergeCommand,
  NoteCommand,
  RemoveCommand,
  RenameCommand,
  ThresholdsCommand,
} from "../../cli/people_command.ts";
import { inForceText, thresholdsText } from "./text.ts";
import { printable } from "../../terminal/render.ts";
import type { PeopleContext } from "./context.ts";

type Change = RenameCommand | NoteCommand | MergeCommand | RemoveCommand | ThresholdsCommand;

/** Changes people or a gallery, and prints the version that contains the change. */
export async function runChangePeople(command: Change, context: PeopleContext): Promise<number> {
  const { terminal } = context;
  if (command.subVerb === "thresholds") return await runThresholds(command, context);
  const { sentence, inForce } = await change(command, context);
  if (command.json) {
    terminal.out(jsonLine({ done: sentence, inForce }));
    return EXIT_OK;
  }
  const reach = inForce === null ? "" : `; ${inForceText(command.gallery, inForce)}`;
  terminal.out(`${printable(`${sentence}${reach}`)}\n`);
  const isUndoable = command.subVerb === "merge" || command.subVerb === "remove" && !command.now;
  if (isUndoable) terminal.error(`\`dml people undo${galleryFlag(command.gallery)}\` takes it back, for a week.\n`);
  return EXIT_OK;
}

/** Returns the flag that names a gallery, if it is not the default one. */
export function galleryFlag(gallery: string): string {
  return gallery === DEFAULT_GALLERY ? "" : ` --gallery ${gallery}`;
}

async function change(
  command: Exclude<Change, ThresholdsCommand>,
  { people }: PeopleContext,
): Promise<{ sentence: string; inForce: InForceAnswer | null }> {
  const { gallery } = command;
  switch (command.subVerb) {
    case "rename": {
      const { name, newName } = command;
      return { sentence: `Renamed ${name} to ${newName}`, inForce: await people.patch(command, { name: newName }) };
    }
    case "note":
      return {
        sentence: `Noted about ${command.name}`,
        inForce: await people.patch(command, { metadata: command.metadata }),
      };
    case "merge": {
      const { name, from } = command;
      return { sentence: `Merged ${from} into ${name}`, inForce: await people.merge(command, from) };
    }
    case "remove": {
      const { name, faceId } = command;
      const choice = { forGood: command.now === true };
      if (name === null) {
        await people.removeGallery(gallery, choice);
        return { sentence: `The gallery ${gallery} is removed`, inForce: null };
      }
      if (faceId === null) {
        return { sentence: `${name} is removed`, inForce: await people.remove({ gallery, name }, choice) };
      }
      const inForce = await people.removeFace({ gallery, name }, faceId, choice);
      return { sentence: `${faceId} of ${name} is removed`, inForce };
    }
  }
}

async function runThresholds(command: ThresholdsCommand, { terminal, people }: PeopleContext): Promise<number> {
  const { gallery, change, isDefault, json } = command;
  const current = (await people.gallery(gallery)).thresholds;
  const wanted = parseAs(thresholdsSchema, { ...current, ...change }, { what: "The thresholds", code: "usage" });
  const isNamed = change.known !== undefined || change.unknown !== undefined;
  const by = isDefault ? { by: "default" } as const : isNamed ? { by: "hand" } as const : {};
  const isChange = isDefault || Object.keys(change).length > 0;
  const inForce = isChange ? await people.setThresholds(gallery, { ...wanted, ...by }) : null;
  const { thresholds, thresholdsOrigin } = await people.gallery(gallery);
  if (json) terminal.out(jsonLine({ thresholds, thresholdsOrigin, inForce }));
  else {
    terminal.out(`${gallery}: ${thresholdsText({ thresholds, thresholdsOrigin })}\n`);
    if (inForce !== null) terminal.out(`${inForceText(gallery, inForce)}\n`);
  }
  return EXIT_OK;
}
