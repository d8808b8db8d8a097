import { basename, dirname, join } from "node:path";
import { DmlError } from "../protocol/kernel/errors.ts";
import { newId } from "../protocol/kernel/id.ts";
import type { Random } from "../protocol/kernel/random.ts";
import { type Input, stemOf } from "./inputs.ts";

/**
 * A path in `directory` for the annotated picture of each input, in their order: `NAME.annotated.jpg`, and
 * `NAME-2.annotated.jpg`, … where that would overwrite another one's or any input. Names that differ only in case count as
 * the same, as they do on some file systems. Makes the directory; throws `output_unwritable` when it cannot.
 */
export async function planOutputs(
  inputs: readonly Input[],
  directory: string,
): Promise<string[]> {
  const taken = new Set<string>();
  for (const input of inputs) {
    if (input.kind === "file") taken.add((await Deno.realPath(input.path)).toLowerCase());
  }
  const place = await makeDirectory(directory);
  return inputs.map((input) => {
    const stem = stemOf(input.name);
    for (let number = 1;; number++) {
      const name = `${stem}${number === 1 ? "" : `-${number}`}.annotated.jpg`;
      const key = join(place, name).toLowerCase();
      if (taken.has(key)) continue;
      taken.add(key);
      return join(directory, name);
    }
  });
}

async function makeDirectory(directory: string): Promise<string> {
  try {
    await Deno.mkdir(directory, { recursive: true });
    return await Deno.realPath(directory);
  } catch (cause) {
    throw unwritable(directory, cause);
  }
}

/** Writes `bytes` beside `path` and renames them to it, so that nobody ever reads half of it. Throws `output_unwritable`. */
export async function writeOutput(
  path: string,
  bytes: Uint8Array,
  options: { random: Random },
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${newId("part", options.random)}`);
  try {
    await Deno.writeFile(temporary, bytes, { createNew: true });
    await Deno.rename(temporary, path);
  } catch (cause) {
    await Deno.remove(temporary).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw unwritable(temporary, error);
    });
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): DmlError {
  const reason = cause instanceof Error ? cause.message.replace(/ \(os error.*$/, "") : String(cause);
  return new DmlError("output_unwritable", `${path} cannot be written: ${reason}.`, { cause });
}
