import { hasControls } from "../kernel/control_characters.ts";
import { LIMITS } from "../kernel/limits.ts";

/** Folder inside an opened directory in which files lie until they are complete. */
export const PARTS_FOLDER = ".dml-parts";

const NAME_BYTES_MAX = 255;
/** Names that are devices on Windows, whatever extension follows. */
const WINDOWS_DEVICES = /^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|$)/i;

/**
 * Returns why `path` is no path inside an opened directory, as the end of a sentence; `null` if it
 * is one. Such a path is relative, has `/` between its names, and no `.` or `..`; the empty path is
 * the directory itself. `forWindows` adds the rules of a host with Windows.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(faultOfPath("photos/a.jpg"), null);
 * assertEquals(faultOfPath("../a.jpg"), 'it has a ".."');
 * ```
 */
export function faultOfPath(path: string, { forWindows = false }: { forWindows?: boolean } = {}): string | null {
  if (path === "") return null;
  if (path.length > LIMITS.filePathCharactersMax) return `it has more than ${LIMITS.filePathCharactersMax} characters`;
  if (!path.isWellFormed()) return "it is not Unicode";
  if (hasControls(path)) return "it has a control character";
  if (path.startsWith("/")) return "it is absolute";
  if (path.includes("\\")) return "it has a backslash";
  if (/^[A-Za-z]:/.test(path)) return "it begins with a drive";
  const names = path.split("/");
  if (names[0].toLowerCase() === PARTS_FOLDER) return `${PARTS_FOLDER} is for unfinished files`;
  for (const name of names) {
    const fault = faultOfName(name, forWindows);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOfName(name: string, forWindows: boolean): string | null {
  if (name === "") return "it has an empty name";
  if (name === "." || name === "..") return `it has a "${name}"`;
  if (new TextEncoder().encode(name).length > NAME_BYTES_MAX) {
    return `it has a name of more than ${NAME_BYTES_MAX} bytes`;
  }
  if (!forWindows) return null;
  if (/[<>:"|?*]/.test(name)) return "it has a character that Windows does not allow";
  if (/[. ]$/.test(name)) return "it has a name that ends with a dot or a space";
  return WINDOWS_DEVICES.test(name) ? "it has the name of a device" : null;
}

/** Returns the path of `name` in the directory `path`; either may be empty. */
export function joinedPath(path: string, name: string): string {
  return path === "" ? name : name === "" ? path : `${path}/${name}`;
}

/** Returns the path of the directory that `path` lies in, and its name there. */
export function splitPath(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf("/");
  return { parent: slash < 0 ? "" : path.slice(0, slash), name: path.slice(slash + 1) };
}
