import { concat } from "../../../protocol/kernel/concat.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { decodeMessage } from "../../../protocol/wire/codec.ts";
import { encodeFrames, FrameDecoder } from "../../../protocol/wire/frame.ts";
import { decodePictureFrame, encodePictureFrame, isPictureFrame } from "../../../protocol/wire/picture_frame.ts";
import { SAMPLE_MESSAGES } from "../../../tests/protocol/sample_messages.ts";
import type { Dice } from "../dice.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { type Json, mutateJson } from "../mutate_json.ts";
import { ACCEPTED, type Surface } from "../surface.ts";

const SAMPLES: readonly Json[] = Object.values(SAMPLE_MESSAGES).map((message) => JSON.parse(JSON.stringify(message)));
const PICTURE = new Uint8Array(40).fill(7);
const CODES: readonly string[] = ["frame_too_large", "message_invalid", "message_unknown", "protocol_version"];

/** Bytes of the control connection: frames, the messages in them, and the pictures beside them. */
export const FRAMES: Surface = {
  name: "frames",
  what: "frames, messages and inline pictures of the control connection, cut anywhere",
  casesPerWorld: 1,
  open: () => Promise.resolve({ run: runCase, [Symbol.asyncDispose]: () => Promise.resolve() }),
};

function runCase(dice: Dice): string {
  const whole = encodeFrames(Array.from({ length: 1 + dice.below(3) }, () => payloadOf(dice)));
  const stream = dice.oneIn(2) ? mutateBytes(whole, dice) : whole;
  dice.note(() => new TextDecoder().decode(stream).slice(0, 2_000));
  const decoder = new FrameDecoder();
  try {
    for (let start = 0; start < stream.length;) {
      const end = start + 1 + dice.below(stream.length);
      for (const payload of decoder.decode(stream.subarray(start, end))) decode(payload);
      start = end;
    }
    return decoder.isBetweenFrames ? ACCEPTED : "cut short";
  } catch (error) {
    if (error instanceof DmlError && CODES.includes(error.code) && error.message.length < 1_000) return error.code;
    throw error;
  }
}

function payloadOf(dice: Dice): Uint8Array {
  if (dice.oneIn(8)) {
    const [head, ...rest] = encodePictureFrame({ digest: digestOf(PICTURE), bytes: PICTURE });
    const picture = concat([head, ...rest]);
    return framed(dice.oneIn(2) ? picture : mutateBytes(picture, dice));
  }
  const sample = dice.pick(SAMPLES);
  const text = new TextEncoder().encode(JSON.stringify(dice.oneIn(4) ? sample : mutateJson(sample, dice)));
  return framed(dice.oneIn(6) ? mutateBytes(text, dice) : text);
}

/** Returns a payload that can be framed: the frames that cannot be written come of changed bytes. */
function framed(payload: Uint8Array): Uint8Array {
  return payload.length === 0 ? Uint8Array.of(0x20) : payload.subarray(0, LIMITS.frameBytesMax);
}

function decode(payload: Uint8Array<ArrayBuffer>): void {
  if (isPictureFrame(payload)) decodePictureFrame(payload);
  else decodeMessage(payload);
}
