import fc from "fast-check";
import { type Code, i16x8, i8x16, v128 } from "../../../models/wasm/instructions.ts";
import { assertEquals } from "../../assert.ts";
import { functionOf, runFunctions, zero } from "./run_code.ts";

const [one, other] = [0, 16].map((offset) => v128.load({ memory: 0, offset }, zero));
const sixteenBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
const eightNumbers = fc.int16Array({ minLength: 8, maxLength: 8 });

/** The vector that `operation` makes of two, which it finds as {@linkcode one} and {@linkcode other}. */
function compute(operation: Code, first: ArrayBufferView, second: ArrayBufferView): ArrayBuffer {
  const bytes = Uint8Array.from(
    [first, second].flatMap((view) => [...new Uint8Array(view.buffer, view.byteOffset, 16)]),
  );
  const run = functionOf(0, () => [...v128.store({ memory: 0, offset: 32 }, zero, operation), ...zero]);
  return runFunctions([run], { bytes }).memory.slice(32, 48).buffer as ArrayBuffer;
}

Deno.test("i16x8 isGreaterSigned() and absolute() work lane by lane", () => {
  fc.assert(fc.property(eightNumbers, eightNumbers, (first, second) => {
    const expect = (operation: Code, of: (one: number, other: number) => number) => {
      const found = new Int16Array(compute(operation, first, second));
      assertEquals(found, Int16Array.from(first, (value, lane) => of(value, second[lane])));
    };
    expect(i16x8.isGreaterSigned(one, other), (one, other) => one > other ? -1 : 0);
    expect(i16x8.absolute(one), (one) => Math.abs(one));
  }));
});

Deno.test("i8x16 narrowI16x8() and isNotEqual(), v128 xor()", () => {
  fc.assert(fc.property(eightNumbers, eightNumbers, (first, second) => {
    const nearest = [...first, ...second].map((value) => Math.min(Math.max(value, -128), 127));
    assertEquals(new Int8Array(compute(i8x16.narrowI16x8(one, other), first, second)), Int8Array.from(nearest));
  }));
  fc.assert(fc.property(sixteenBytes, sixteenBytes, fc.nat(0xffff), (first, second, same) => {
    second = second.map((value, lane) => same >> lane & 1 ? first[lane] : value);
    const differ = first.map((value, lane) => value === second[lane] ? 0 : 255);
    assertEquals(new Uint8Array(compute(i8x16.isNotEqual(one, other), first, second)), differ);
    const changed = first.map((value, lane) => value ^ second[lane]);
    assertEquals(new Uint8Array(compute(v128.xor(one, other), first, second)), changed);
  }));
});
