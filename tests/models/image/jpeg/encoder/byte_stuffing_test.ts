import fc from "fast-check";
import { BYTES_AT, WORDS_AT } from "../../../../../models/kernels/jpeg_encoder/memory_map.ts";
import { assertEquals } from "../../../../assert.ts";
import { encoderSteps } from "./run_kernel.ts";

Deno.test("stuff() puts words into bytes, and a zero behind each 255", () => {
  const { steps, memory } = encoderSteps();
  const byte = fc.oneof({ weight: 8, arbitrary: fc.nat(255) }, fc.constant(255));
  fc.assert(fc.property(fc.array(byte, { maxLength: 100 }), (bytes) => {
    const padded = Uint8Array.from({ length: 104 }, (_, at) => bytes[at] ?? 255);
    const words = new DataView(padded.buffer);
    for (let at = 0; at < padded.length; at += 4) memory.setUint32(WORDS_AT + at, words.getUint32(at), true);
    const count = steps.stuff(bytes.length);
    const expected = bytes.flatMap((value) => value === 255 ? [255, 0] : [value]);
    assertEquals([...new Uint8Array(memory.buffer, BYTES_AT, count)], expected);
  }));
});
