import { bytesOfElements, elementsText, parseWideJson } from "../../../../../master/http/dialects/v2/json_elements.ts";
import { tensorOfBytes } from "../../../../../models/tensor_bytes.ts";
import { DmlError } from "../../../../../protocol/kernel/errors.ts";
import type { TensorType } from "../../../../../protocol/messages/finding.ts";
import { assertEquals, assertThrows } from "../../../../assert.ts";

function read(json: string, type: TensorType, dims: readonly number[]) {
  const bytes = bytesOfElements(parseWideJson(json) as unknown[], { type, dims, name: "x" });
  return tensorOfBytes(bytes, { type, dims, what: "It" });
}

/** Each type with elements as a request writes them, and as an answer does. */
const ELEMENTS: [type: TensorType, dims: number[], request: string, answer: string][] = [
  ["float32", [2, 2], "[[0.5,-1],[1e3,16777217]]", "[0.5,-1,1000,16777216]"],
  ["float32", [4], "[NaN, -Infinity,Infinity,-0.0]", '["NaN","-Infinity","Infinity",-0.0]'],
  ["float32", [2], '["NaN","-Infinity"]', '["NaN","-Infinity"]'],
  ["float64", [2], "[0.1,12345678901234567890]", "[0.1,12345678901234567000]"],
  ["float64", [1], "[0.12345678901234566]", "[0.12345678901234566]"],
  ["float16", [2], "[0.1,65504]", "[0.0999755859375,65504]"],
  ["int64", [3], "[9223372036854775807,-9223372036854775808,0]", "[9223372036854775807,-9223372036854775808,0]"],
  ["uint64", [1], "[18446744073709551615]", "[18446744073709551615]"],
  ["uint8", [2], "[0,255]", "[0,255]"],
  ["bool", [3], "[true,false,1]", "[true,false,true]"],
  ["string", [2], '["a\\"[1234567890123456789]","NaN"]', '["a\\"[1234567890123456789]","NaN"]'],
  ["int32", [0, 3], "[]", "[]"],
  ["int32", [2, 0], "[[],[]]", "[]"],
  ["int8", [], "[-7]", "[-7]"],
];

for (const [type, dims, request, answer] of ELEMENTS) {
  Deno.test(`elementsText() returns ${answer} of ${type} ${dims.join("x")} ${request}`, () => {
    assertEquals(elementsText(read(request, type, dims)), answer);
  });
}

Deno.test("bytesOfElements() refuses elements that are not of the type or the shape", () => {
  const wrong: [json: string, type: TensorType, message: string][] = [
    ["[1]", "int32", "1 elements; its shape has 2"],
    ["[[1,2],3]", "int32", "beside lists"],
    ["[1,[2,3]]", "int32", "beside lists"],
    ["[1,256]", "uint8", "holds 256, which is not uint8"],
    ["[1,-1]", "uint8", "holds -1"],
    ["[1,1.5]", "int32", "holds 1.5"],
    ["[1,1.5]", "int64", "holds 1.5"],
    ["[1,18446744073709551616]", "uint64", "which is not uint64"],
    ["[1,NaN]", "int32", 'holds "NaN"'],
    ["[1,2]", "bool", "holds 2"],
    ["[1,null]", "float32", "holds null"],
    ['[1,"2"]', "int32", 'holds "2"'],
    ["[1,2]", "string", "holds 1"],
    ["[[[[[[[[[[1,2]]]]]]]]]]", "int32", "nested deeper"],
  ];
  for (const [json, type, message] of wrong) {
    const error = assertThrows(() => read(json, type, [2]), DmlError, message);
    assertEquals(error.code, "tensor_invalid");
  }
});

Deno.test("parseWideJson() leaves all else as it is", () => {
  for (const json of ['{"a":[1,2.5e-3,"NaN",null,true]}', '{"id":"1234567890123456789"}', '[1e400,"\\\\"]']) {
    assertEquals(parseWideJson(json), JSON.parse(json));
  }
  assertEquals(parseWideJson('{"id":"12345678901234567890","data":[NaN,0.12345678901234567,1,2e5]}'), {
    id: "12345678901234567890",
    data: ["NaN", 0.12345678901234567, 1, 2e5],
  });
  assertThrows(() => parseWideJson("[NaNN]"), SyntaxError);
});
