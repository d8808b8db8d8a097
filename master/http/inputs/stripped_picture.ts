import { DmlError } from "../../../protocol/kernel/errors.ts";

const LF = 10;
const CR = 13;
/** Bytes of a file among which a line end cannot be missing by chance (one in ten million). */
const CERTAIN_BYTES = 2_048;

/**
 * Throws `request_invalid` if `body` is a picture without a single line end, as `curl -d @FILE`
 * sends it. `curl --data-binary` sends the same media type, but all bytes.
 */
export function refuseStrippedPicture(body: Uint8Array<ArrayBuffer>): void {
  if (body.includes(LF) || body.includes(CR)) return;
  const start = String.fromCharCode(...body.subarray(0, 4));
  // The signature of PNG has line ends, so that this is noticed.
  const isPng = start === "\x89PNG";
  const isOther = body.length >= CERTAIN_BYTES && /^(?:\xff\xd8|GIF8|RIFF|BM|II|MM|\0)/.test(start);
  if (!isPng && !isOther) return;
  throw new DmlError("request_invalid", "The picture came without its line ends, as curl -d sends a file.", {
    advice: "Use --data-binary @FILE instead of -d @FILE, or -F image=@FILE.",
  });
}
