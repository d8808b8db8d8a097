import { join } from "node:path";
import { personNameSchema } from "../../protocol/http_api/people_api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { parseAs } from "../../protocol/schema.ts";
import { findInputs, type Input } from "./inputs.ts";
import type { LeftOut } from "./left_out.ts";

/** A picture, and the person after whom its folder is named. */
export interface LabelledPicture {
  readonly name: string;
  readonly input: Input;
}

const BY_NAME = new Intl.Collator("en", { numeric: true });

/**
 * Finds the pictures in the sub-folders of `directory`, in the order of the folder names. Hidden
 * folders and those without pictures are skipped. Throws `file_not_found` or `file_unreadable`, and
 * `no_images` if no picture is found.
 */
export async function labelledPictures(
  directory: string,
  options: { leftOut?: LeftOut } = {},
): Promise<LabelledPicture[]> {
  const pictures: LabelledPicture[] = [];
  for (const folder of await foldersIn(directory, options)) {
    const name = parseAs(personNameSchema, folder, { what: `The folder ${JSON.stringify(folder)}`, code: "usage" });
    const inputs = await findInputs([join(directory, folder)], options);
    const isEmpty = inputs.length === 1 && inputs[0].kind === "missing" && inputs[0].error.code === "no_images";
    if (!isEmpty) pictures.push(...inputs.map((input) => ({ name, input })));
  }
  if (pictures.length > 0) return pictures;
  throw new DmlError("no_images", `No sub-folder of ${directory} holds pictures.`, {
    advice: "Give each person a sub-folder with their name.",
  });
}

async function foldersIn(directory: string, { leftOut }: { leftOut?: LeftOut }): Promise<string[]> {
  const folders: string[] = [];
  try {
    for await (const { name } of Deno.readDir(directory)) {
      if (name.startsWith(".")) continue;
      if ((await Deno.stat(join(directory, name))).isDirectory) folders.push(name);
      else leftOut?.addFile(name);
    }
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new DmlError("file_not_found", `There is no directory ${directory}.`, { cause });
    }
    if (cause instanceof Deno.errors.NotADirectory) {
      throw new DmlError("usage", `${directory} is not a directory, so it has no sub-folders with names.`, {
        cause,
        advice: "To enrol one person, give their name first: `dml people enroll NAME IMG...`.",
      });
    }
    throw new DmlError("file_unreadable", `${directory} cannot be read.`, { cause });
  }
  return folders.sort(BY_NAME.compare);
}
