import { resolve } from "node:path";
import { asStorageError } from "../../protocol/host/durable_file.ts";
import { type HostEnvironment, resolveHome } from "../../protocol/host/home_path.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { NO_SETTINGS, type Settings } from "./settings.ts";

/** Name of the file with the settings, in the data directory. */
export const SETTINGS_FILE = "dml.toml";

/** The file and the data directory that a command line names; `null` if it names none. */
export interface SettingsPlace {
  readonly file: string | null;
  readonly home: string | null;
}

/** A file with settings that may exist. */
export interface SettingsFile {
  readonly path: string;
  /** True if somebody named it; then it must exist. */
  readonly isNamed: boolean;
}

/**
 * Returns the file with the settings: the named one, or else `dml.toml` in the data directory.
 * `null` if there is no place, or the variables say of no data directory.
 */
export function settingsFileOf(
  place: SettingsPlace | null,
  start: HostEnvironment & { readonly currentDirectory: string },
): SettingsFile | null {
  if (place === null) return null;
  const { file, home } = place;
  if (file !== null) return { path: resolve(start.currentDirectory, file), isNamed: true };
  const directory = home ?? defaultHome(start);
  if (directory === null) return null;
  return { path: resolve(start.currentDirectory, directory, SETTINGS_FILE), isNamed: false };
}

/**
 * Returns the settings in `file`; none if there is no such file and no one has named it. Throws
 * `usage` or `home_unusable`.
 */
export async function readSettings(file: SettingsFile | null): Promise<Settings> {
  if (file === null) return NO_SETTINGS;
  const { path, isNamed } = file;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Deno.readFileSync(path);
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    // A process that was started for one command may read nothing else, and needs no settings.
    if (error instanceof Deno.errors.NotCapable && !isNamed) return NO_SETTINGS;
    if (isMissing && !isNamed) return NO_SETTINGS;
    if (isMissing) throw new DmlError("usage", `There is no file ${path}, which --config names.`);
    throw asStorageError(error, { what: path, fallback: "home_unusable" });
  }
  if (bytes.length > LIMITS.settingsBytesMax) {
    throw new DmlError("usage", `${path} has more than ${LIMITS.settingsBytesMax} bytes; it does not hold settings.`);
  }
  // Most hosts have no such file, and then need no parser of it.
  const { settingsIn } = await import("./settings_text.ts");
  return settingsIn(new TextDecoder().decode(bytes), { path });
}

function defaultHome(host: HostEnvironment): string | null {
  try {
    return resolveHome(host);
  } catch {
    return null; // A verb that needs the directory says so itself.
  }
}
