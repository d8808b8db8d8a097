import { onlyInputRequest, readInferRequest } from "../../../../../master/http/dialects/v2/infer_request.ts";
import { concat } from "../../../../../protocol/kernel/concat.ts";
import { DmlError } from "../../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../../protocol/kernel/limits.ts";
import { assertEquals, assertThrows } from "../../../../assert.ts";

const X = { name: "x", shape: [1, 2], datatype: "FP32" };

function read(request: unknown, binary?: Uint8Array) {
  const json = new TextEncoder().encode(typeof request === "string" ? request : JSON.stringify(request));
  if (binary === undefined) return readInferRequest(json, null);
  return readInferRequest(concat([json, binary]), json.length);
}

Deno.test("readInferRequest() takes the bytes of inputs in their order, between those in the JSON", () => {
  const request = {
    id: "7",
    parameters: { binary_data_output: true, priority: 3, gallery: "staff" },
    inputs: [
      { ...X, datatype: "UINT8", parameters: { binary_data_size: 2 } },
      { ...X, name: "y", datatype: "BOOL", data: [[true, false]] },
      { ...X, name: "z", datatype: "INT8", parameters: { binary_data_size: 2, other: "thing" } },
    ],
    outputs: [{ name: "a" }, { name: "b", parameters: { binary_data: false, classification: 3 } }],
  };
  assertEquals(read(request, Uint8Array.of(1, 2, 3, 4)), {
    id: "7",
    gallery: "staff",
    inputs: [
      { name: "x", dims: [1, 2], type: "uint8", bytes: Uint8Array.of(1, 2) },
      { name: "y", dims: [1, 2], type: "bool", bytes: Uint8Array.of(1, 0) },
      { name: "z", dims: [1, 2], type: "int8", bytes: Uint8Array.of(3, 4) },
    ],
    outputs: [{ name: "a", isBinary: true, classes: 0 }, { name: "b", isBinary: false, classes: 3 }],
    isBinary: true,
  });
});

Deno.test("readInferRequest() refuses what is no request", () => {
  const binary = { ...X, parameters: { binary_data_size: 8 } };
  const wrong: [request: unknown, binary: Uint8Array | undefined, message: string][] = [
    ["", undefined, "not JSON"],
    ["[]", undefined, "not valid"],
    [{ inputs: [{ ...X, datatype: "BF16", data: [1, 2] }] }, undefined, "inputs.0.datatype"],
    [{ inputs: [{ ...X, shape: [-1], data: [] }] }, undefined, "inputs.0.shape"],
    [{ inputs: [{ ...X, more: 1, data: [] }] }, undefined, "more"],
    [{ inputs: [X] }, undefined, "neither data nor a binary_data_size"],
    [{ inputs: [binary] }, undefined, "cut short"],
    [{ inputs: [binary] }, new Uint8Array(7), "cut short"],
    [{ inputs: [binary] }, new Uint8Array(9), "1 bytes behind the JSON belong to no input"],
    [{ inputs: [{ ...binary, data: [1, 2] }] }, new Uint8Array(8), "both"],
    [{ inputs: [], parameters: { deep: { er: 1 } } }, undefined, "parameters.deep"],
  ];
  for (const [request, bytes, message] of wrong) {
    const error = assertThrows(() => read(request, bytes), DmlError, message);
    assertEquals(error.code, "request_invalid");
  }
  assertThrows(() => readInferRequest(new Uint8Array(5), 6), DmlError, "fewer than the 6 of its JSON");
  assertThrows(
    () => readInferRequest(new Uint8Array(LIMITS.tensorJsonBytesMax + 1), null),
    DmlError,
    "at most",
  );
});

Deno.test("onlyInputRequest() gives the open length what the bytes fill; BYTES is one element", () => {
  const asked = (bytes: number, dims: number[]) =>
    onlyInputRequest(new Uint8Array(bytes), { name: "x", type: "int16", dims }).inputs[0].dims;
  assertEquals([asked(12, [-1, 3]), asked(12, [2, 3]), asked(0, [-1, 0])], [[2, 3], [2, 3], [0, 0]]);
  const { inputs, isBinary } = onlyInputRequest(Uint8Array.of(7), { name: "image", type: "string", dims: [1] });
  assertEquals([inputs[0].dims, [...inputs[0].bytes], isBinary], [[1], [1, 0, 0, 0, 7], true]);
});
