import { asStorageError, writeFileDurably } from "./durable_file.ts";
import { DmlError } from "../kernel/errors.ts";
import { type Infer, parseAs, type z } from "../schema.ts";

/**
 * Returns the content of the JSON file at `path`, checked against `schema`, or `null` if there is
 * no such file. Throws `home_unusable`, naming the file and the fault, if it cannot be read or is
 * invalid.
 */
export async function readJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<Infer<Schema> | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw asStorageError(error, { what: path, fallback: "home_unusable" });
  }
  return parseAs(schema, parseJson(path, text), { what: path, code: "home_unusable" });
}

/**
 * Writes `value` to the file at `path`, readable by its owner only. After a crash the file has
 * either the old or the new content, never a part of it. Throws `disk_full` or `home_unusable`.
 */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  try {
    await writeFileDurably(path, new TextEncoder().encode(text));
  } catch (error) {
    throw asStorageError(error, { what: path, fallback: "home_unusable" });
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DmlError("home_unusable", `${path} is not valid JSON`, { cause });
  }
}
