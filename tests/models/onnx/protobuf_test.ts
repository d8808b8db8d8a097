import fc from "fast-check";
import { readFields } from "../../../models/onnx/protobuf.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { message, varint, type WrittenField } from "./protobuf_writer.ts";
import { concat } from "../../../protocol/kernel/concat.ts";

const payload = fc.uint8Array({ maxLength: 300 });
const fieldNumber = fc.integer({ min: 1, max: 2 ** 29 - 1 });
const writtenField: fc.Arbitrary<WrittenField> = fc.oneof(
  fc.record({ number: fieldNumber, varint: fc.nat(Number.MAX_SAFE_INTEGER) }),
  fc.record({ number: fieldNumber, bytes: payload }),
  fc.record({
    number: fieldNumber,
    fixed: fc.constantFrom(4, 8).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
  }),
);

Deno.test("readFields() returns every field that was written, in order", () => {
  fc.assert(fc.property(fc.array(writtenField, { maxLength: 20 }), (written) => {
    const bytes = message(...written);
    const read = [...readFields(bytes)].map(({ number, wireType, value, start, end }) => {
      if (wireType === "varint") return { number, varint: value };
      const content = bytes.slice(start, end);
      return wireType === "bytes" ? { number, bytes: content } : { number, fixed: content };
    });
    assertEquals(read, written.map((field) => ({ ...field })));
  }));
});

Deno.test("readFields() reads nothing outside its range", () => {
  const inner = message({ number: 3, varint: 7 });
  const bytes = message({ number: 1, bytes: inner }, { number: 2, varint: 1 });
  const [outer] = readFields(bytes);
  assertEquals([...readFields(bytes, outer)].map(({ number }) => number), [3]);
});

Deno.test("readFields() refuses a message truncated inside any of its fields", () => {
  const fields: WrittenField[] = [
    { number: 1, varint: 300 },
    { number: 2, bytes: new Uint8Array(200) },
    { number: 300, fixed: new Uint8Array(8) },
    { number: 4, fixed: new Uint8Array(4) },
  ];
  const whole = message(...fields);
  const boundaries = new Set(fields.map((_, count) => message(...fields.slice(0, count)).length));
  for (let length = 0; length < whole.length; length++) {
    const read = () => [...readFields(whole.subarray(0, length))];
    if (boundaries.has(length)) read();
    else assertEquals(assertThrows(read, DmlError).code, "model_invalid", `at ${length}`);
  }
});

Deno.test("readFields() refuses groups, unknown wire types, field 0 and endless varints", () => {
  const hostile = [
    varint(1 * 8 + 3),
    varint(1 * 8 + 4),
    varint(1 * 8 + 6),
    varint(1 * 8 + 7),
    varint(0 * 8 + 0),
    new Uint8Array(20).fill(0xff),
    concat([varint(1 * 8 + 2), new Uint8Array(9).fill(0xff), Uint8Array.of(0x7f)]),
  ];
  for (const bytes of hostile) {
    const error = assertThrows(() => [...readFields(bytes)], DmlError);
    assertEquals(error.code, "model_invalid");
  }
});

Deno.test("readFields() always terminates and stays within the bytes, whatever they are", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    let last = 0;
    try {
      for (const { start, end } of readFields(bytes)) {
        assert(last <= start && start <= end && end <= bytes.length);
        last = end;
      }
    } catch (error) {
      assert(error instanceof DmlError && error.code === "model_invalid");
    }
  }));
});
