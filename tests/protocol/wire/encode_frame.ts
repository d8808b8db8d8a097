import { encodeFrames } from "../../../protocol/wire/frame.ts";

/** One payload behind its length. */
export function encodeFrame(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeFrames([payload]);
}
