import { type FormatId, formatIds, FORMATS, type ImageFormat, isDecoded } from "./formats.ts";

/** Number of bytes examined to decide if a file is text. */
const TEXT_BYTES = 512;

/**
 * Returns the format of a picture by its first bytes, never by its name; `null` if dml does not
 * decode it.
 */
export function sniffFormat(bytes: Uint8Array): ImageFormat | null {
  const id = formatOf(bytes);
  return id !== null && isDecoded(id) ? id : null;
}

/** Describes bytes that are no picture, in a clause whose subject they are. */
export function describeUnknown(bytes: Uint8Array): string {
  const text = readText(bytes);
  if (text !== null && /<svg[\s>]/i.test(text)) return "they look like SVG";
  if (text !== null && /^\s*<(!doctype html|html)/i.test(text)) return "they look like a web page";
  const id = formatOf(bytes);
  if (id !== null) return `they look like ${FORMATS[id].name}`;
  return text === null ? "their kind is unknown to dml" : "they look like text";
}

function formatOf(bytes: Uint8Array): FormatId | null {
  return formatIds().find((id) => FORMATS[id].signatures.some((mark) => beginsWith(bytes, mark))) ?? null;
}

function beginsWith(bytes: Uint8Array, mark: string): boolean {
  if (bytes.length < mark.length) return false;
  for (let index = 0; index < mark.length; index++) {
    if (mark[index] !== "." && bytes[index] !== mark.charCodeAt(index)) return false;
  }
  return true;
}

/** Returns the beginning of `bytes` as text; `null` if they are binary. */
function readText(bytes: Uint8Array): string | null {
  try {
    // Streaming, so that a character cut in two by the limit is no error.
    const text = new TextDecoder("utf-8", { fatal: true })
      .decode(bytes.subarray(0, TEXT_BYTES), { stream: true });
    // deno-lint-ignore no-control-regex -- control characters are what tells binary from text
    return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? null : text;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
