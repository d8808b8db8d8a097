import fc from "fast-check";
import type { RawInput } from "../../models/manifest/tensor.ts";
import { countOf } from "../../models/tensor.ts";
import { bytesOfType, splitTensors, tensorOfBytes } from "../../models/tensor_bytes.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { TENSOR_TYPES } from "../../protocol/messages/finding.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../assert.ts";

const input = fc.record<RawInput>({
  tensor: fc.constant("x"),
  type: fc.constantFrom(...TENSOR_TYPES),
  dims: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
});

Deno.test("splitTensors() splits concatenated tensors", () => {
  fc.assert(fc.property(fc.array(input, { minLength: 1, maxLength: 5 }), (inputs) => {
    const parts = inputs.map(({ type, dims }, at) =>
      new Uint8Array(countOf(dims) * bytesOfType(type)).fill(type === "bool" ? at % 2 : at + 1)
    );
    const body = Uint8Array.from(parts.flatMap((part) => [...part]));
    const tensors = splitTensors(body, inputs);
    tensors.forEach(({ type, dims, data }, at) => {
      assertEquals([type, dims], [inputs[at].type, inputs[at].dims]);
      assertEquals(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), parts[at]);
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
