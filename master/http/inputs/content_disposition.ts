/** Characters of a name in a form that are kept; far more than any name has. */
const NAME_CHARACTERS_MAX = 400;

/** The names in a `Content-Disposition: form-data` header (RFC 7578, 4.2). */
export interface Disposition {
  /** Name of the field; `""` if it has none. */
  readonly name: string;
  /** Name of the file without its directory; `null` if the part is not said to be a file. */
  readonly fileName: string | null;
}

/**
 * Returns the names in `header`. Quotes may be escaped as browsers, curl and Python do: `%22`,
 * `\"`. A file name in the extended form (RFC 8187) counts before the plain one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const names = parseDisposition('form-data; name="image"; filename="a%22b.jpg"');
 * assertEquals(names, { name: "image", fileName: 'a"b.jpg' });
 * ```
 */
export function parseDisposition(header: string): Disposition {
  const parameters = new Map<string, string>();
  const pattern = /;\s*([\w*-]+)\s*=\s*(?:"((?:\\["\\]|[^"])*)"|([^;\s]*))/g;
  for (const [, key, quoted, token] of header.matchAll(pattern)) {
    const lower = key.toLowerCase();
    if (!parameters.has(lower)) parameters.set(lower, quoted === undefined ? token : unquoted(quoted));
  }
  const plain = parameters.get("filename");
  const extended = parameters.get("filename*");
  const fileName = (extended === undefined ? null : extendedValue(extended)) ?? plain ?? null;
  return { name: clipped(parameters.get("name") ?? ""), fileName: fileName === null ? null : baseName(fileName) };
}

/** Undoes the escapes of the HTML standard, and those of a quoted string. */
function unquoted(text: string): string {
  return text.replace(/\\(["\\])/g, "$1").replace(/%22/g, '"').replace(/%0D/gi, "\r").replace(/%0A/gi, "\n");
}

/** Returns the value of `UTF-8''…`; `null` if it is not of that form. */
function extendedValue(text: string): string | null {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(text)?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null; // The plain name counts then.
  }
}

/** Returns the last part of a path; some browsers sent the whole one. */
function baseName(path: string): string {
  return clipped(path.replace(/^.*[/\\]/s, ""));
}

/** Removes control characters, and what is beyond the longest name. */
function clipped(text: string): string {
  return text.replace(/\p{Cc}/gu, "").slice(0, NAME_CHARACTERS_MAX);
}
