import { formatIds, FORMATS, isDecoded } from "../../models/image/formats.ts";

const EXTENSIONS: ReadonlySet<string> = new Set(
  formatIds().filter(isDecoded).flatMap((id) => FORMATS[id].extensions),
);

/** Returns true if the name ends as the names of pictures do that dml decodes. */
export function isPictureName(name: string): boolean {
  const dot = name.lastIndexOf(".");
  return dot !== -1 && EXTENSIONS.has(name.slice(dot + 1).toLowerCase());
}
