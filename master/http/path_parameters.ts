/**
 * Returns the parameters in `path` by their names in `pattern`, in which `:name` stands for a
 * segment.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const found = parametersIn("/v1/nodes/n1/commands", "/v1/nodes/:nodeId/commands");
 * assertEquals(found.get("nodeId"), "n1");
 * ```
 */
export function parametersIn(path: string, pattern: string): ReadonlyMap<string, string> {
  const values = path.split("/");
  const entries = pattern.split("/").flatMap((name, at): [string, string][] =>
    name.startsWith(":") ? [[name.slice(1), decoded(values[at] ?? "")]] : []
  );
  return new Map(entries);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // It is not encoded as it should be, and stays as it came.
  }
}
