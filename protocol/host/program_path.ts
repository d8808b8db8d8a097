import { dirname, relative, resolve } from "node:path";

/** Links that a path may lead over, as in Linux. */
const LINKS_MAX = 40;

/**
 * Returns the absolute `path`, and each path that it leads to over symbolic links of files. A path
 * that is missing or must not be read ends the list.
 */
export function linkedPaths(path: string): string[] {
  const paths = [path];
  while (paths.length <= LINKS_MAX) {
    const last = paths[paths.length - 1];
    let target: string;
    try {
      target = Deno.readLinkSync(last);
    } catch {
      return paths; // It is no link, or it is missing, which whoever opens it finds out.
    }
    paths.push(resolve(dirname(last), target));
  }
  return paths;
}

/** Returns true if the absolute `path` is `directory` or below it. */
export function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === "" || (way !== ".." && !/^\.\.[/\\]/.test(way) && !/^([/\\]|[A-Za-z]:)/.test(way));
}
