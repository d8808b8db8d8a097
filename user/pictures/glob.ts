const SPECIAL = /[*?[{]/;

/** Whether `path` may stand for more than one file. */
export function isGlob(path: string): boolean {
  return SPECIAL.test(path);
}

/**
 * The part of `path` that names one place whatever the rest of it matches: the directories before the first segment
 * that is a pattern, `.` when there are none, all of `path` when none is.
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
