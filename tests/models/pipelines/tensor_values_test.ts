import { packOutputs, tensorValues } from "../../../models/pipelines/tensor_values.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { tensorValueSchema } from "../../../protocol/messages/finding.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { tensor } from "../onnx/graph_model.ts";

Deno.test("tensorValues() preserves every float exactly", () => {
  const numbers = [0.1, 1 / 3, 1e-38, -3.4e38, 123456.789, 0, -0].map(Math.fround);
  const [{ data }] = tensorValues([{ name: "x", tensor: tensor([7], numbers) }]);
  assertEquals(data.map((value) => Math.fround(value ?? NaN)), numbers);
});

Deno.test("tensorValues() returns null for values that JSON has no number for", () => {
  const [value] = tensorValues([{ name: "x", tensor: tensor([3], [NaN, Infinity, 1]) }]);
  assertEquals(value.data, [null, null, 1]);
  assertEquals(tensorValueSchema.parse(JSON.parse(JSON.stringify(value))), value);
});

Deno.test("tensorValues() fills a message up to its limit and refuses more, naming the output", () => {
  const fitting = tensorValues([{ name: "x", tensor: tensor([400_000], new Array(400_000).fill(1)) }]);
  assert(JSON.stringify(fitting).length < LIMITS.tensorBytesMax);
  for (const fill of [1, 0.123456]) {
    const large = tensor([2, 250_000], new Array(500_000).fill(fill));
    const error = assertThrows(
      () => tensorValues([{ name: "mask", tensor: large }]),
      DmlError,
      "mask float32 2x250000",
    );
    assertEquals(error.code, "answer_too_large");
  }
});

Deno.test("tensorValues() refuses texts, which packOutputs() carries", () => {
  const words = { name: "words", tensor: { type: "string", dims: [2], data: ["né", ""] } } as const;
  assertEquals(assertThrows(() => tensorValues([words]), DmlError, "words holds texts").code, "tensor_invalid");
  const { packed, tensorBytes } = packOutputs([words]);
  assertEquals(packed, { tensors: [{ name: "words", type: "string", dims: [2], size: 11 }] });
  assertEquals(tensorBytes, Uint8Array.of(3, 0, 0, 0, 0x6e, 0xc3, 0xa9, 0, 0, 0, 0));
});

Deno.test("packOutputs() puts the bytes of all outputs behind one another, and none for empty ones", () => {
  const outputs = [
    { name: "a", tensor: tensor([2], [1, 2], "int16") },
    { name: "none", tensor: tensor([0, 3], []) },
    { name: "b", tensor: tensor([], [3], "uint8") },
  ];
  const { packed, tensorBytes } = packOutputs(outputs);
  assertEquals(packed.tensors.map(({ size }) => size), [4, 0, 1]);
  assertEquals(tensorBytes, Uint8Array.of(1, 0, 2, 0, 3));
  const nothing = packOutputs([outputs[1]]);
  assertEquals([nothing.packed.tensors.length, nothing.tensorBytes], [1, undefined]);
});
