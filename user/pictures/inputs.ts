import { basename, join } from "node:path";
// @ts-types="../../protocol/http/limited_bytes_transform_stream.d.ts"
import { LimitedBytesTransformStream } from "@std/streams/limited_bytes_transform_stream.js";
// @ts-types="../to_bytes.d.ts"
import { toBytes } from "@std/streams/to_bytes.js";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { expandGlob, type GlobOptions } from "./expand_glob.ts";
import { fileReason } from "../terminal/file_reason.ts";
import { isGlob } from "./glob.ts";
import type { LeftOut } from "./left_out.ts";
import { isPictureName } from "./picture_name.ts";
import { formatBytes } from "../terminal/render.ts";

/** A requested picture, or the reason why it cannot be read. */
export type Input =
  /** A regular file. */
  | { readonly kind: "file"; readonly name: string; readonly path: string }
  /** A pipe or a device, which can be read only once. */
  | { readonly kind: "stream"; readonly name: string; readonly path: string }
  | { readonly kind: "stdin"; readonly name: "stdin" }
  | { readonly kind: "missing"; readonly name: string; readonly error: DmlError };

export interface FindOptions extends GlobOptions {
  /** Takes what is passed over in a directory. */
  readonly leftOut?: LeftOut;
}

const OWN_OUTPUT = /\.annotated\.jpg$/i;
/** Matches a pattern whose last segment explicitly includes own outputs. */
const NAMES_OWN_OUTPUT = /annotated[^/]*$/i;
const BY_NAME = new Intl.Collator("en", { numeric: true });

/**
 * Finds the pictures that `given` names, in its order: files; the pictures directly inside a
 * directory; the matches of a glob (for shells that pass globs on); `-` for standard input. Own
 * outputs, `*.annotated.jpg`, are included only if they are named. An input that is not found, or
 * is refused for its size, is returned as `missing`, so that the others are processed.
 */
export async function findInputs(given: readonly string[], options: FindOptions = {}): Promise<Input[]> {
  const found: Input[] = [];
  for (const name of given) found.push(...await findOne(name, options));
  return found;
}

async function findOne(name: string, options: FindOptions): Promise<Input[]> {
  if (name === "-") return [{ kind: "stdin", name: "stdin" }];
  if (name === "") return [{ kind: "missing", name, error: nameless() }];
  try {
    const stat = await Deno.stat(name);
    if (stat.isDirectory) return await findInDirectory(name, options);
    if (!stat.isFile) return [{ kind: "stream", name, path: name }];
    const error = sizeRefusal(name, stat.size);
    return [error ? { kind: "missing", name, error } : { kind: "file", name, path: name }];
  } catch (error) {
    const isPattern = error instanceof Deno.errors.NotFound && isGlob(name);
    return isPattern ? await findByGlob(name, options) : [{ kind: "missing", name, error: fileError(name, error) }];
  }
}

async function findInDirectory(directory: string, options: FindOptions): Promise<Input[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (name.startsWith(".") || OWN_OUTPUT.test(name)) continue;
    if (isDirectory) options.leftOut?.addFolder();
    else if (isPictureName(name)) names.push(name);
    else options.leftOut?.addFile(name);
  }
  if (names.length > 0) return await findAll(names.map((name) => join(directory, name)), options);
  const error = new DmlError("no_images", `The directory ${directory} holds no pictures.`);
  return [{ kind: "missing", name: directory, error }];
}

async function findByGlob(pattern: string, options: FindOptions): Promise<Input[]> {
  try {
    const { paths: matches, unreadable } = await expandGlob(pattern, options);
    const paths = NAMES_OWN_OUTPUT.test(pattern) ? matches : matches.filter((path) => !OWN_OUTPUT.test(path));
    const unread = [...unreadable].map(([name, cause]): Input => ({
      kind: "missing",
      name,
      error: fileError(name, cause),
    }));
    if (paths.length + unread.length > 0) return [...unread, ...await findAll(paths, options)];
    if (matches.length > 0) throw onlyOwnOutputs(pattern);
    throw new DmlError("file_not_found", `No file matches ${pattern}.`);
  } catch (error) {
    if (!(error instanceof DmlError)) throw error;
    return [{ kind: "missing", name: pattern, error }];
  }
}

async function findAll(paths: string[], options: FindOptions): Promise<Input[]> {
  const inputs: Input[] = [];
  for (const path of paths.sort(BY_NAME.compare)) inputs.push(...await findOne(path, options));
  return inputs;
}

/**
 * Reads the bytes of `input`. Throws the reason if it cannot be read or has an invalid size. A
 * stream is read to one byte beyond the limit at most.
 */
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
    const stream = input.kind === "stdin" ? stdin : (await openUnlessStopped(input.path, signal)).readable;
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

/**
 * Opens `path`; rejects as soon as `signal` aborts. Opening a pipe blocks until its other end is
 * opened, and cannot be cancelled.
 */
async function openUnlessStopped(path: string, signal: AbortSignal): Promise<Deno.FsFile> {
  signal.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const opening = Deno.open(path);
  try {
    return await Promise.race([opening, stopped.promise]);
  } catch (error) {
    if (signal.aborted) opening.then((file) => file.close(), () => undefined);
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function sizeRefusal(name: string, size: number): DmlError | null {
  const limit = LIMITS.imageBytesMax;
  if (size > limit) {
    const isClose = formatBytes(size) === formatBytes(limit);
    const [has, may] = [size, limit].map((n) => isClose ? `${n.toLocaleString("en")} bytes` : formatBytes(n));
    return tooLarge(name, `has ${has}; a picture may have ${may}`);
  }
  return size === 0 ? new DmlError("image_empty", `${name} is empty.`) : null;
}

function tooLarge(name: string, predicate: string): DmlError {
  return new DmlError("image_too_large", `${name} ${predicate}.`);
}

function onlyOwnOutputs(pattern: string): DmlError {
  return new DmlError("no_images", `${pattern} matches only annotated pictures, which dml made.`, {
    advice: "Put annotated into the pattern to process them anyway.",
  });
}

function nameless(): DmlError {
  return new DmlError("file_not_found", 'There is no file "": the name is empty.', {
    advice: "Check the command line; a variable in it may be empty.",
  });
}

function fileError(name: string, cause: unknown): DmlError {
  if (cause instanceof Deno.errors.NotFound) {
    return new DmlError("file_not_found", `There is no file ${name}.`, { cause });
  }
  return new DmlError("file_unreadable", `${name} cannot be read: ${fileReason(cause)}.`, { cause });
}

/** Returns the last segment of `path` without its extension. */
export function stemOf(path: string): string {
  return basename(path).replace(/(?<=.)\.[^.]*$/, "");
}
