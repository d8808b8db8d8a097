const SPECIAL = /[*?[{]/;

/** Returns true if `path` is a pattern, which may match more than one file. */
export function isGlob(path: string): boolean {
  return SPECIAL.test(path);
}

/**
 * Returns the part of `path` that does not depend on what the pattern matches: the directories
 * before the first segment with a pattern; `.` if there are none; the whole `path` if it is no
 * pattern.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fixedPartOf("photos/2024-*" + "/*.jpg"), "photos/");
 * assertEquals(fixedPartOf("*.jpg"), ".");
 * assertEquals(fixedPartOf("photos/a.jpg"), "photos/a.jpg");
 * ```
 */
export function fixedPartOf(path: string): string {
  if (!isGlob(path)) return path;
  const fixed = path.slice(0, path.lastIndexOf("/", path.search(SPECIAL)) + 1);
  return fixed === "" ? "." : fixed;
}
