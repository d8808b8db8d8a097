import { dirname, join, posix, win32 } from "node:path";
import { asStorageError } from "../../protocol/host/durable_file.ts";
import type { HostEnvironment } from "../../protocol/host/home_path.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { type Contexts, contextsIn, NO_CONTEXTS } from "./contexts.ts";

const FILE = "contexts.json";

/** Variables by which the directory of {@linkcode contextsPath} is found. */
export const CONFIG_VARIABLES = ["DML_CONFIG", "XDG_CONFIG_HOME", "HOME", "APPDATA"] as const;

/**
 * Returns the path of the file with the contexts of this account: in `$DML_CONFIG`, or else in
 * `dml` in the place for configuration (XDG Base Directory Specification; `%APPDATA%` on Windows).
 * `null` if the variables say of none.
 */
export function contextsPath({ os, variable }: HostEnvironment): string | null {
  const named = variable("DML_CONFIG");
  if (named) return join(named, FILE);
  if (os === "windows") {
    const roaming = variable("APPDATA");
    return roaming ? win32.join(roaming, "dml", FILE) : null;
  }
  const shared = variable("XDG_CONFIG_HOME");
  if (shared && posix.isAbsolute(shared)) return posix.join(shared, "dml", FILE);
  const home = variable("HOME");
  return home ? posix.join(home, ".config", "dml", FILE) : null;
}

/** Returns the contexts in the file at `path`; none without a file. Throws `home_unusable`. */
export function readContexts(path: string | null): Contexts {
  if (path === null) return NO_CONTEXTS;
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return NO_CONTEXTS;
    throw asStorageError(error, { what: path, fallback: "home_unusable" });
  }
  const contexts = contextsIn(parsed(text));
  if (contexts !== null) return contexts;
  throw new DmlError("home_unusable", `${path} does not hold the contexts of dml.`, {
    advice: "Move the file away, and run `dml login` again; --context none does without it.",
  });
}

/** Writes the contexts into the file at `path`, which only its owner can read. */
export async function writeContexts(path: string, contexts: Contexts): Promise<void> {
  const { writeJsonFile } = await import("../../protocol/host/json_file.ts");
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw asStorageError(error, { what: dirname(path), fallback: "home_unusable" });
  }
  await writeJsonFile(path, contexts);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // The caller says which file is wrong.
  }
}
