import { classified } from "../../../../../master/http/dialects/v2/classification.ts";
import { bytesOfTensor, tensorOfBytes } from "../../../../../models/tensor_bytes.ts";
import { DmlError } from "../../../../../protocol/kernel/errors.ts";
import type { NumberType } from "../../../../../protocol/messages/finding.ts";
import { assertEquals, assertThrows } from "../../../../assert.ts";
import { tensor } from "../../../../models/onnx/graph_model.ts";

function best(dims: number[], numbers: number[], count: number, labels: string[] = [], type: NumberType = "float32") {
  const bytes = bytesOfTensor(tensor(dims, numbers, type));
  const found = classified({ name: "y", type, dims, bytes }, { count, labels });
  return [found.dims, tensorOfBytes(found.bytes, { type: "string", dims: found.dims, what: "It" }).data];
}

Deno.test("classified() returns the best classes of each row, the first of equal ones first", () => {
  assertEquals(best([3], [0.25, 0.5, 0.5], 2), [[2], ["0.5:1", "0.5:2"]]);
  assertEquals(best([2, 3], [1, 2, 3, 6, 5, 4], 1, ["a", "b", "c"]), [[2, 1], ["3:2:c", "6:0:a"]]);
  assertEquals(best([1, 2, 2], [1, 4, 3, 2], 9), [[1, 4], ["4:1", "3:2", "2:3", "1:0"]]);
  assertEquals(best([2], [-1, 3], 1, [], "int64"), [[1], ["3:1"]]);
  assertEquals(best([0, 5], [], 3), [[0, 0], []]);
});

Deno.test("classified() refuses outputs without classes", () => {
  assertThrows(() => best([], [1], 1), DmlError, "no classes");
  const texts = { name: "y", type: "string", dims: [0], bytes: new Uint8Array() } as const;
  assertThrows(() => classified(texts, { count: 1, labels: [] }), DmlError, "no classes");
});
