import { dirname, join } from "node:path";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { fileReason } from "../terminal/file_reason.ts";
import { type Input, stemOf } from "./inputs.ts";

/** Maximum length of a file name on the usual file systems. */
const NAME_BYTES_MAX = 255;

/**
 * Returns a path in `directory` for the annotated picture of each input, in their order:
 * `NAME.annotated.jpg`, or `NAME-2.annotated.jpg` and so on if that would overwrite another output
 * or any input. A NAME that is too long is cut. Names that differ only in case count as the same,
 * as on some file systems. Creates the directory; throws `output_directory_unusable` if that fails.
 */
export async function planOutputs(
  inputs: readonly Input[],
  directory: string,
): Promise<string[]> {
  const taken = new Set<string>();
  for (const input of inputs) {
    // An input that was removed meanwhile is reported when it is read.
    if (input.kind === "file") taken.add((await Deno.realPath(input.path).catch(() => input.path)).toLowerCase());
  }
  const place = await makeDirectory(directory);
  return inputs.map((input) => {
    const stem = stemOf(input.name);
    for (let number = 1;; number++) {
      const name = outputName(stem, `${number === 1 ? "" : `-${number}`}.annotated.jpg`);
      const key = join(place, name).toLowerCase();
      if (taken.has(key)) continue;
      taken.add(key);
      return join(directory, name);
    }
  });
}

function outputName(stem: string, ending: string): string {
  const room = NAME_BYTES_MAX - ending.length;
  const bytes = new TextEncoder().encode(stem);
  if (bytes.length <= room) return stem + ending;
  // With `stream`, the decoder omits the incomplete character at the end.
  return new TextDecoder().decode(bytes.subarray(0, room), { stream: true }) + ending;
}

async function makeDirectory(directory: string): Promise<string> {
  try {
    await Deno.mkdir(directory, { recursive: true });
    return await Deno.realPath(directory);
  } catch (cause) {
    throw unusable(directory, cause);
  }
}

/**
 * Writes `bytes` to a temporary file beside `path` and renames it, so that no reader sees a partial
 * file. Throws `output_unwritable` if the rename fails, and `output_directory_unusable` if no file
 * can be written to the directory, where other names would fail too.
 */
export async function writeOutput(
  path: string,
  bytes: Uint8Array,
  options: { random: Random },
): Promise<void> {
  const temporary = join(dirname(path), `.${newId("part", options.random)}`);
  let isWritten = false;
  try {
    await Deno.writeFile(temporary, bytes, { createNew: true });
    isWritten = true;
    await Deno.rename(temporary, path);
  } catch (cause) {
    // Removing the rest may fail too, but the first failure is the one to report.
    await Deno.remove(temporary).catch(() => undefined);
    throw isWritten ? unwritable(path, cause) : unusable(dirname(path), cause);
  }
}

function unwritable(path: string, cause: unknown): DmlError {
  return new DmlError("output_unwritable", `${path} cannot be written: ${fileReason(cause)}.`, { cause });
}

function unusable(directory: string, cause: unknown): DmlError {
  const sentence = `${directory} cannot be used for annotated pictures: ${fileReason(cause)}.`;
  return new DmlError("output_directory_unusable", sentence, { cause });
}
