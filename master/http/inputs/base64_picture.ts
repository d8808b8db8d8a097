import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";

/**
 * Returns the bytes of a picture that is given as base64 text or as a data URL (RFC 2397). Padding
 * may be missing, white space may stand between the characters, and the alphabet may be that for
 * URLs. Throws `request_invalid`, naming the text with `what`, or `image_too_large`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeBase64Picture("data:image/gif;base64,R0lGODlh"), new TextEncoder().encode("GIF89a"));
 * ```
 */
export function decodeBase64Picture(text: string, { what = "The picture" } = {}): Uint8Array<ArrayBuffer> {
  const { length } = text;
  if (length / 4 * 3 > LIMITS.imageBytesMax + 1_024) {
    throw new DmlError("image_too_large", `${what} has more than ${LIMITS.imageBytesMax} bytes.`);
  }
  const encoded = /^\s*data:/i.test(text.slice(0, 100)) ? dataIn(text, what) : text;
  const alphabet = /[-_]/.test(encoded) ? "base64url" : "base64";
  try {
    return Uint8Array.fromBase64(encoded, { alphabet, lastChunkHandling: "loose" });
  } catch (error) {
    throw new DmlError("request_invalid", `${what} is not base64 text.`, {
      advice: "Encode the bytes of the picture's file as base64 (RFC 4648).",
      cause: error,
    });
  }
}

function dataIn(url: string, what: string): string {
  const comma = url.indexOf(",");
  const head = url.slice(0, Math.max(0, comma)).trimEnd();
  if (/;\s*base64$/i.test(head)) return url.slice(comma + 1);
  throw new DmlError("request_invalid", `${what} is a data URL that is not in base64.`, {
    advice: "Write it as data:image/jpeg;base64, and the encoded bytes.",
  });
}
