import { isPackedInput, type PackedInput, packInput, unpackInput } from "../../models/packed_tensors.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

const INPUT: PackedInput = {
  tensors: [
    { name: "x", type: "float32", dims: [2], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    { name: "né", type: "bool", dims: [0, 3], bytes: new Uint8Array() },
    { name: "", type: "string", dims: [], bytes: Uint8Array.of(1, 0, 0, 0, 65) },
  ],
  outputs: ["y"],
};

Deno.test("unpackInput() returns what packInput() was given", () => {
  for (const input of [INPUT, { tensors: INPUT.tensors }, { tensors: [] }, { tensors: [], outputs: [] }]) {
    const packed = packInput(input);
    assert(isPackedInput(packed));
    assertEquals(unpackInput(packed), input);
  }
});

Deno.test("unpackInput() refuses whatever is cut short, too long or not what it says", () => {
  const packed = packInput(INPUT);
  for (let length = 0; length < packed.length; length++) {
    const error = assertThrows(() => unpackInput(packed.slice(0, length)), DmlError);
    assertEquals(error.code, "tensor_invalid");
  }
  assertThrows(() => unpackInput(Uint8Array.of(...packed, 0)), DmlError, "longer than its tensors");
  const huge = packed.slice();
  huge.fill(0xff, 6, 10);
  assertThrows(() => unpackInput(huge), DmlError, "cut short");
  const garbled = packed.slice();
  garbled[10] = 0x21;
  assertThrows(() => unpackInput(garbled), DmlError, "not JSON");
});

Deno.test("packInput() refuses more tensors than an input may have", () => {
  const tensors = Array.from({ length: 65 }, (_, at) => ({ ...INPUT.tensors[0], name: `x${at}` }));
  assertEquals(assertThrows(() => packInput({ tensors }), DmlError).code, "tensor_invalid");
});
