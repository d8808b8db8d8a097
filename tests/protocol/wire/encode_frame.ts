import { encodeFrames } from "../../../protocol/wire/frame.ts";

/** Returns a frame with one payload. */
export function encodeFrame(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeFrames([payload]);
}
