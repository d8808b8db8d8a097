import type { ImageFormat } from "./image_header.ts";

/** Beginnings that tell a format apart; `.` matches any byte. */
const KNOWN: readonly (readonly [ImageFormat, string])[] = [
  ["jpeg", "\xff\xd8\xff"],
  ["png", "\x89PNG\r\n\x1a\n"],
  ["gif", "GIF87a"],
  ["gif", "GIF89a"],
  ["tiff", "II*\0"],
  ["tiff", "MM\0*"],
  ["webp", "RIFF....WEBP"],
  ["avif", "....ftypavif"],
  ["avif", "....ftypavis"],
];

/** Beginnings of what people mistake for a picture, and pictures that dml does not decode. */
const OTHER: readonly (readonly [string, string])[] = [
  ["HEIC", "....ftyphei"],
  ["HEIC", "....ftyphev"],
  ["HEIF", "....ftypmif1"],
  ["a Canon raw photo", "....ftypcrx"],
  ["a video", "....ftyp"],
  ["PDF", "%PDF"],
  ["BMP", "BM....\0\0\0\0"],
  ["JPEG XL", "\xff\x0a"],
  ["JPEG XL", "\0\0\0\x0cJXL "],
  ["JPEG 2000", "\0\0\0\x0cjP  "],
  ["JPEG 2000", "\xff\x4f\xff\x51"],
  ["a Photoshop document", "8BPS"],
  ["an icon", "\0\0\x01\0"],
  ["a large TIFF (BigTIFF)", "II+\0"],
  ["a large TIFF (BigTIFF)", "MM\0+"],
  ["a ZIP archive", "PK\x03\x04"],
  ["a gzip archive", "\x1f\x8b"],
  ["a video", "\x1aE\xdf\xa3"],
  ["a program", "\x7fELF"],
  ["a program", "MZ\x90\0"],
];

/** How much of a file is looked at to see whether it is text. */
const TEXT_BYTES = 512;

/** The format of a picture by its first bytes, never by its name; null for what dml does not decode. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | null {
  return KNOWN.find(([, mark]) => beginsWith(bytes, mark))?.[0] ?? null;
}

/** What bytes that are no picture look like, as words that follow "it looks like". */
export function describeUnknown(bytes: Uint8Array): string {
  const text = readText(bytes);
  if (text !== null && /<svg[\s>]/i.test(text)) return "SVG";
  if (text !== null && /^\s*<(!doctype html|html)/i.test(text)) return "a web page";
  const other = OTHER.find(([, mark]) => beginsWith(bytes, mark));
  if (other !== undefined) return other[0];
  return text === null ? "no kind of file that dml knows" : "text";
}

function beginsWith(bytes: Uint8Array, mark: string): boolean {
  if (bytes.length < mark.length) return false;
  for (let index = 0; index < mark.length; index++) {
    if (mark[index] !== "." && bytes[index] !== mark.charCodeAt(index)) return false;
  }
  return true;
}

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
