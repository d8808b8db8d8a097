import { basename, join } from "node:path";
// @ts-types="./glob_to_regexp.d.ts"
import { globToRegExp } from "@std/path/glob-to-regexp";
// @ts-types="../protocol/http/limited_bytes_transform_stream.d.ts"
import { LimitedBytesTransformStream } from "@std/streams/limited_bytes_transform_stream.js";
// @ts-types="./to_bytes.d.ts"
import { toBytes } from "@std/streams/to_bytes.js";
import { DmlError } from "../protocol/kernel/errors.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import { fileReason } from "./file_reason.ts";
import { isGlob } from "./glob.ts";
import { isPictureName } from "./picture_name.ts";
import { formatBytes } from "./render.ts";

/** One picture that was asked for, or why there is none. */
export type Input =
  /** A regular file. */
  | { readonly kind: "file"; readonly name: string; readonly path: string }
  /** Something that can only be read once and to its end: a pipe, a device. */
  | { readonly kind: "stream"; readonly name: string; readonly path: string }
  | { readonly kind: "stdin"; readonly name: "stdin" }
  | { readonly kind: "missing"; readonly name: string; readonly error: DmlError };

const OWN_OUTPUT = /\.annotated\.jpg$/i;
const BY_NAME = new Intl.Collator("en", { numeric: true });

/**
 * The pictures that `given` names, in its order: files; the pictures right inside a directory; what a glob matches
 * (for shells that hand globs on); `-` for standard input. What cannot be found or is refused by its size comes back
 * as `missing`, so that the others go on.
 */
export async function findInputs(given: readonly string[]): Promise<Input[]> {
  const found: Input[] = [];
  for (const name of given) found.push(...await findOne(name));
  return found;
}

async function findOne(name: string): Promise<Input[]> {
  if (name === "-") return [{ kind: "stdin", name: "stdin" }];
  try {
    const stat = await Deno.stat(name);
    if (stat.isDirectory) return await findInDirectory(name);
    if (!stat.isFile) return [{ kind: "stream", name, path: name }];
    const error = sizeRefusal(name, stat.size);
    return [error ? { kind: "missing", name, error } : { kind: "file", name, path: name }];
  } catch (error) {
    const isPattern = error instanceof Deno.errors.NotFound && isGlob(name);
    return isPattern ? await findByGlob(name) : [{ kind: "missing", name, error: fileError(name, error) }];
  }
}

async function findInDirectory(directory: string): Promise<Input[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(directory)) {
    const isPicture = isPictureName(entry.name) && !OWN_OUTPUT.test(entry.name);
    if (isPicture && !entry.isDirectory && !entry.name.startsWith(".")) names.push(entry.name);
  }
  if (names.length > 0) return await findAll(names.map((name) => join(directory, name)));
  const error = new DmlError("no_images", `The directory ${directory} holds no pictures.`);
  return [{ kind: "missing", name: directory, error }];
}

/** Expands `pattern` a path segment at a time, so that only directories it names are read. `**` is not special. */
async function findByGlob(pattern: string): Promise<Input[]> {
  let paths = [pattern.startsWith("/") ? "/" : ""];
  for (const segment of pattern.split("/").filter((part) => part !== "")) {
    const next: string[] = [];
    for (const path of paths) next.push(...await matchesIn(path, segment));
    paths = next;
  }
  if (paths.length > 0) return await findAll(paths);
  const error = new DmlError("file_not_found", `No file matches ${pattern}.`);
  return [{ kind: "missing", name: pattern, error }];
}

async function matchesIn(directory: string, segment: string): Promise<string[]> {
  const names: string[] = [];
  const pattern = globToRegExp(segment, { globstar: false });
  try {
    for await (const { name } of Deno.readDir(directory || ".")) {
      const isMatch = name === segment || pattern.test(name);
      if (isMatch && name.startsWith(".") === segment.startsWith(".")) {
        names.push(join(directory, name));
      }
    }
  } catch (error) {
    // A path on the way that is no directory, or went away, matches nothing.
    if (!(error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.NotFound)) {
      throw fileError(directory, error);
    }
  }
  return names;
}

async function findAll(paths: string[]): Promise<Input[]> {
  const inputs: Input[] = [];
  for (const path of paths.sort(BY_NAME.compare)) inputs.push(...await findOne(path));
  return inputs;
}

/** The bytes of `input`. Throws what is wrong with it; a stream is read to one byte past the limit at most. */
export async function readInput(
  input: Exclude<Input, { kind: "missing" }>,
  options: { stdin: ReadableStream<Uint8Array<ArrayBuffer>>; signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readBytes(input, options);
  const refusal = sizeRefusal(input.name, bytes.length);
  if (refusal) throw refusal;
  return bytes;
}

async function readBytes(
  input: Exclude<Input, { kind: "missing" }>,
  { stdin, signal }: { stdin: ReadableStream<Uint8Array<ArrayBuffer>>; signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    if (input.kind === "file") return await Deno.readFile(input.path, { signal });
    const stream = input.kind === "stdin" ? stdin : (await Deno.open(input.path)).readable;
    const limited = new LimitedBytesTransformStream(LIMITS.imageBytesMax, { error: true });
    return await toBytes(stream.pipeThrough(limited, { signal }));
  } catch (error) {
    if (signal.aborted) {
      throw new DmlError("interrupted", `${input.name} was not read to its end.`, { cause: error });
    }
    if (!(error instanceof RangeError)) throw fileError(input.name, error);
    throw tooLarge(input.name, `is larger than ${formatBytes(LIMITS.imageBytesMax)}`);
  }
}

function sizeRefusal(name: string, size: number): DmlError | null {
  if (size > LIMITS.imageBytesMax) {
    return tooLarge(name, `has ${formatBytes(size)}; a picture may have ${formatBytes(LIMITS.imageBytesMax)}`);
  }
  return size === 0 ? new DmlError("image_empty", `${name} is empty.`) : null;
}

function tooLarge(name: string, predicate: string): DmlError {
  return new DmlError("image_too_large", `${name} ${predicate}.`);
}

function fileError(name: string, cause: unknown): DmlError {
  if (cause instanceof Deno.errors.NotFound) {
    return new DmlError("file_not_found", `There is no file ${name}.`, { cause });
  }
  return new DmlError("file_unreadable", `${name} cannot be read: ${fileReason(cause)}.`, { cause });
}

/** The last part of `path` without its extension. */
export function stemOf(path: string): string {
  return basename(path).replace(/(?<=.)\.[^.]*$/, "");
}
