import fc from "fast-check";
import { isNpy, readNpy } from "../../models/npy.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../assert.ts";
import { npyFile, npyOf } from "./npy_writer.ts";

function refusal(bytes: Uint8Array): string {
  const error = assertThrows(() => readNpy(bytes), DmlError);
  assertEquals(error.code, "tensor_invalid");
  return error.message;
}

const FLOATS = new Uint8Array(Float32Array.of(1.5, -2, 3, 4, 5, 6).buffer);

Deno.test("readNpy() reads the values and the shape of every type", () => {
  assertEquals(readNpy(npyFile("<f4", [2, 3], FLOATS)), {
    type: "float32",
    dims: [2, 3],
    data: Float32Array.of(1.5, -2, 3, 4, 5, 6),
  });
  const large = new Uint8Array(BigInt64Array.of(-(2n ** 62n)).buffer);
  assertEquals(readNpy(npyFile("<i8", [1], large)).data, BigInt64Array.of(-(2n ** 62n)));
  assertEquals(readNpy(npyFile("|u1", [2, 1], Uint8Array.of(0, 255))).data, Uint8Array.of(0, 255));
  assertEquals(readNpy(npyFile("|b1", [2], Uint8Array.of(0, 1))).type, "bool");
  assertEquals(readNpy(npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", new Uint8Array(8))).dims, []);
});

Deno.test("readNpy() reads versions 1 to 3, at any offset in a buffer", () => {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }";
  for (const version of [1, 2, 3]) {
    const file = npyOf(header, FLOATS, version);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    assertEquals(readNpy(shifted.subarray(3)).dims, [6]);
  }
  assertStringIncludes(refusal(npyOf(header, FLOATS, 4)), "version 4");
});

Deno.test("readNpy() refuses files that it does not support, with the reason", () => {
  const header = (text: string) => refusal(npyOf(text, FLOATS));
  assertStringIncludes(header("{'descr': '>f4', 'fortran_order': False, 'shape': (6,), }"), ">f4");
  assertStringIncludes(header("{'descr': '|O', 'fortran_order': False, 'shape': (6,), }"), "|O");
  assertStringIncludes(header("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }"), "ascontiguousarray");
  assertStringIncludes(header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }"), "plain array");
  assertStringIncludes(header("__import__('os')"), "plain array");
  assertStringIncludes(header("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }"), "28");
  const wide = "1, ".repeat(9);
  assertStringIncludes(header(`{'descr': '<f4', 'fortran_order': False, 'shape': (${wide}), }`), "shape");
  assertStringIncludes(
    header("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }"),
    "large",
  );
  assertStringIncludes(refusal(npyFile("|b1", [1], Uint8Array.of(2))), "neither 0 nor 1");
});

Deno.test("readNpy() never reads beyond a truncated or damaged file", () => {
  const file = npyFile("<f4", [2, 3], FLOATS);
  assert(isNpy(file) && !isNpy(Uint8Array.of(0x93, 0x4e)));
  for (let length = 0; length < file.length; length++) refusal(file.subarray(0, length));
  fc.assert(fc.property(fc.nat(file.length - 1), fc.nat(255), (at, byte) => {
    const damaged = file.slice();
    damaged[at] = byte;
    try {
      const { dims, data } = readNpy(damaged);
      assertEquals(dims.reduce((product, dim) => product * dim, 1), data.length);
    } catch (error) {
      assert(error instanceof DmlError && error.code === "tensor_invalid", String(error));
    }
  }));
});
