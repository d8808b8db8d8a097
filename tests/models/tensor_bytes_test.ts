import fc from "fast-check";
import type { RawInput } from "../../models/manifest/tensor.ts";
import { countOf } from "../../models/tensor.ts";
import {
  bytesOfElement,
  bytesOfTensor,
  bytesOfTexts,
  bytesOfType,
  splitTensors,
  tensorOfBytes,
} from "../../models/tensor_bytes.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { NUMBER_TYPES, type NumberType } from "../../protocol/messages/finding.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../assert.ts";

const input = fc.record<RawInput & { type: NumberType }>({
  tensor: fc.constant("x"),
  type: fc.constantFrom(...NUMBER_TYPES),
  dims: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
});

Deno.test("splitTensors() splits concatenated tensors", () => {
  fc.assert(fc.property(fc.array(input, { minLength: 1, maxLength: 5 }), (inputs) => {
    const parts = inputs.map(({ type, dims }, at) =>
      new Uint8Array(countOf(dims) * bytesOfType(type)).fill(type === "bool" ? at % 2 : at + 1)
    );
    const body = Uint8Array.from(parts.flatMap((part) => [...part]));
    const tensors = splitTensors(body, inputs);
    tensors.forEach((tensor, at) => {
      assertEquals([tensor.type, tensor.dims], [inputs[at].type, inputs[at].dims]);
      assertEquals(bytesOfTensor(tensor), parts[at]);
    });
    assertThrows(() => splitTensors(new Uint8Array(body.length + 1), inputs), DmlError, "bytes");
  }));
});

Deno.test("splitTensors() infers the one variable dimension", () => {
  const open: RawInput[] = [
    { tensor: "ids", type: "int64", dims: [1, -1, 2] },
    { tensor: "mask", type: "uint8", dims: [3] },
  ];
  assertEquals(splitTensors(new Uint8Array(5 * 16 + 3), open).map(({ dims }) => dims), [[1, 5, 2], [3]]);
  for (const length of [0, 3, 18, 5 * 16]) {
    const error = assertThrows(() => splitTensors(new Uint8Array(length), open), DmlError);
    assertEquals(error.code, "tensor_invalid");
    assertStringIncludes(error.message, "int64 1xNx2, then uint8 3");
  }
  const two: RawInput[] = [{ tensor: "x", type: "float32", dims: [-1, -1] }];
  assertThrows(() => splitTensors(new Uint8Array(16), two), DmlError, ".npy");
});

Deno.test("tensorOfBytes() copies, so that the bytes may be unaligned and reused", () => {
  const bytes = Uint8Array.of(9, 0, 0, 128, 63);
  const { data } = tensorOfBytes(bytes.subarray(1), { type: "float32", dims: [1], what: "It" });
  bytes.fill(0);
  assertEquals(data, Float32Array.of(1));
});

Deno.test("tensorOfBytes() reads the texts that bytesOfTexts() wrote, and refuses damaged ones", () => {
  const texts = ["né", "", "日本"];
  const bytes = bytesOfTexts(texts);
  const read = (part: Uint8Array, count = 3) => tensorOfBytes(part, { type: "string", dims: [count], what: "It" });
  assertEquals(read(bytes).data, texts);
  assertEquals(bytesOfTensor(read(bytes)), bytes);
  for (const [part, count] of [[bytes, 2], [bytes, 4], [bytes.subarray(1), 3], [bytes.subarray(0, -1), 3]] as const) {
    assertThrows(() => read(part, count), DmlError, "elements");
  }
  assertThrows(() => read(bytesOfElement(Uint8Array.of(0xff)), 1), DmlError, "not UTF-8");
  const words: RawInput[] = [{ tensor: "words", type: "string", dims: [1] }];
  assertThrows(() => splitTensors(bytes, words), DmlError, "/v2");
});
