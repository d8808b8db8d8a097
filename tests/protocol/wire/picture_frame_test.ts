import fc from "fast-check";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "../../assert.ts";
import {
  decodePictureFrame,
  encodePictureFrame,
  INLINE_PICTURE_BYTES_MAX,
  isPictureFrame,
} from "../../../protocol/wire/picture_frame.ts";
import { encodeMessage } from "../../../protocol/wire/codec.ts";
import { concat } from "../../../protocol/kernel/concat.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { SAMPLE_MESSAGES } from "../sample_messages.ts";

function carriedOf(bytes: Uint8Array<ArrayBuffer>) {
  return { digest: digestOf(bytes), bytes };
}

Deno.test("decodePictureFrame() gives back what encodePictureFrame() made of any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (content) => {
      const picture = carriedOf(Uint8Array.from(content));
      const payload = concat(encodePictureFrame(picture));
      assert(isPictureFrame(payload));
      assertEquals(decodePictureFrame(payload), picture);
    }),
  );
});

Deno.test("encodePictureFrame() copies no picture, and the largest fills what a picture may", () => {
  const bytes = new Uint8Array(INLINE_PICTURE_BYTES_MAX);
  const pieces = encodePictureFrame(carriedOf(bytes));
  assertStrictEquals(pieces.at(-1), bytes);
  assertEquals(concat(pieces).length, LIMITS.inlinePictureBytesMax);
});

Deno.test("isPictureFrame() takes no message for a picture", () => {
  for (const message of Object.values(SAMPLE_MESSAGES)) assert(!isPictureFrame(encodeMessage(message)), message.type);
});

Deno.test("decodePictureFrame() refuses what has no digest in front", () => {
  const picture = concat(encodePictureFrame(carriedOf(Uint8Array.of(1, 2, 3))));
  const wrong = [Uint8Array.of(0), picture.slice(0, 40), picture.with(10, 0x20), picture.with(1, 0xff)];
  for (const payload of wrong) {
    assertEquals(assertThrows(() => decodePictureFrame(payload), DmlError).code, "message_invalid");
  }
});

Deno.test("decodePictureFrame() gives bytes whose memory is nobody else's", () => {
  const payload = concat(encodePictureFrame(carriedOf(Uint8Array.of(7, 8, 9))));
  assertStrictEquals(decodePictureFrame(payload).bytes.buffer, payload.buffer);
  const shared = concat([Uint8Array.of(1), payload, Uint8Array.of(2)]);
  const { bytes } = decodePictureFrame(shared.subarray(1, -1));
  assert(bytes.buffer !== shared.buffer);
  assertEquals([...bytes], [7, 8, 9]);
});
