import { join } from "node:path";

/** Name of the directory with the nightly copies, in that of the master. */
export const NIGHTLY_DIRECTORY = "nightly";

/** The name of a copy: when it was made, in UTC, to the minute. */
const NAME_PATTERN = /^\d{4}-\d\d-\d\dT\d\d-\d\dZ$/;

/** Returns the name of a copy that is made at `wallMs`, such as `2026-12-01T02-17Z`. */
export function nightlyName(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 16).replace(":", "-")}Z`;
}

/** Returns when the copy of this name was made, in milliseconds since the Unix epoch. */
export function nightlyTimeMs(name: string): number {
  return Date.parse(name.replace(/-(\d\dZ)$/, ":$1"));
}

/** Returns the names of the complete copies of the master in `masterPath`, oldest first. */
export async function nightlyNames(masterPath: string): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(join(masterPath, NIGHTLY_DIRECTORY))) {
      if (isDirectory && NAME_PATTERN.test(name)) names.push(name);
    }
    return names.sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
