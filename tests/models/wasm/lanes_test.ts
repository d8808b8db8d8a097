import fc from "fast-check";
import { type Code, i16x8, i32, i32x4, i8x16, sequence, v128 } from "../../../models/wasm/instructions.ts";
import { assertEquals } from "../../assert.ts";
import { functionOf, runFunctions, START, zero } from "./run_code.ts";

const SECOND = { memory: 0, offset: 16 };
const sixteenBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
const extremes = fc.constantFrom(-0x8000, -0x7fff, -1, 0, 1, 0x7fff);
const shorts = fc.array(fc.oneof(fc.integer({ min: -0x8000, max: 0x7fff }), extremes), { minLength: 8, maxLength: 8 });
const longs = fc.array(fc.integer(), { minLength: 4, maxLength: 4 });

/** The 16 bytes that `write` makes of the first and the second 16 bytes of the memory. */
function compute(
  write: (one: Code, other: Code) => Code,
  one: ArrayLike<number> & { buffer: ArrayBufferLike },
  other = one,
): ArrayBuffer {
  const code = write(v128.load(START, zero), v128.load(SECOND, zero));
  const run = functionOf(0, () => sequence(v128.store(START, zero, code), zero));
  const bytes = new Uint8Array(32);
  bytes.set(new Uint8Array(one.buffer));
  bytes.set(new Uint8Array(other.buffer), 16);
  return runFunctions([run], { bytes }).memory.slice(0, 16).buffer;
}

const within = (least: number, most: number) => (value: number) => Math.min(Math.max(value, least), most);

Deno.test("i16x8 computes what its names say, lane by lane", () => {
  const two: [(one: Code, other: Code) => Code, (one: number, other: number) => number][] = [
    [i16x8.add, (one, other) => one + other],
    [i16x8.subtract, (one, other) => one - other],
    [i16x8.multiply, Math.imul],
    [i16x8.multiplyQ15, (one, other) => within(-0x8000, 0x7fff)((one * other + 0x4000) >> 15)],
    [i16x8.isEqual, (one, other) => one === other ? -1 : 0],
    [i16x8.isAtLeastUnsigned, (one, other) => (one & 0xffff) >= (other & 0xffff) ? -1 : 0],
  ];
  for (const [write, expected] of two) {
    fc.assert(fc.property(shorts, shorts, (one, other) => {
      const actual = new Int16Array(compute(write, Int16Array.from(one), Int16Array.from(other)));
      assertEquals(actual, Int16Array.from(one, (value, lane) => expected(value, other[lane])));
    }));
  }
  const shifts: [(value: Code, count: Code) => Code, (value: number, count: number) => number][] = [
    [i16x8.shiftLeft, (value, count) => value << count],
    [i16x8.shiftRightSigned, (value, count) => value >> count],
    [i16x8.shiftRightUnsigned, (value, count) => (value & 0xffff) >> count],
  ];
  for (const [write, expected] of shifts) {
    fc.assert(fc.property(shorts, fc.integer({ min: 0, max: 15 }), (values, count) => {
      const actual = new Int16Array(compute((value) => write(value, i32.constant(count)), Int16Array.from(values)));
      assertEquals(actual, Int16Array.from(values, (value) => expected(value, count)));
    }));
  }
});

Deno.test("i32x4 subtract() and shiftRightSigned(), i16x8 narrowI32x4() work lane by lane", () => {
  fc.assert(fc.property(longs, longs, (one, other) => {
    const [first, second] = [Int32Array.from(one), Int32Array.from(other)];
    const differences = new Int32Array(compute(i32x4.subtract, first, second));
    assertEquals(differences, Int32Array.from(one, (value, lane) => value - other[lane]));
    const shifted = new Int32Array(compute((value) => i32x4.shiftRightSigned(value, i32.constant(18)), first));
    assertEquals(shifted, Int32Array.from(one, (value) => value >> 18));
    const narrow = new Int16Array(compute(i16x8.narrowI32x4, first, second));
    assertEquals(narrow, Int16Array.from([...one, ...other], within(-0x8000, 0x7fff)));
  }));
});

Deno.test("i8x16 moves and compares bytes, and narrows numbers to them", () => {
  fc.assert(fc.property(sixteenBytes, sixteenBytes, (one, other) => {
    const lanes = [...other].map((byte) => byte % 32);
    const shuffled = new Uint8Array(compute((a, b) => i8x16.shuffle(a, b, lanes), one, other));
    assertEquals(shuffled, Uint8Array.from(lanes, (lane) => [...one, ...other][lane]));
    const swizzled = new Uint8Array(compute(i8x16.swizzle, one, other));
    assertEquals(swizzled, Uint8Array.from(other, (lane) => one[lane] ?? 0));
    const few = other.map((byte, at) => byte % 2 === 0 ? one[at] : byte);
    const equal = new Uint8Array(compute(i8x16.isEqual, one, few));
    assertEquals(equal, one.map((byte, at) => byte === few[at] ? 0xff : 0));
    const mask = new Int32Array(compute((value) => i32x4.add(i8x16.splat(i8x16.bitmask(value)), v128.zero()), one))[0] &
      0xff;
    assertEquals(mask, [...one.subarray(0, 8)].reduce((bits, byte, at) => bits | (byte >> 7) << at, 0));
  }));
  fc.assert(fc.property(shorts, shorts, (one, other) => {
    const narrow = new Uint8Array(compute(i8x16.narrowI16x8Unsigned, Int16Array.from(one), Int16Array.from(other)));
    assertEquals(narrow, Uint8Array.from([...one, ...other], within(0, 255)));
  }));
});

Deno.test("v128 and(), or(), anyTrue() and store64Lane(), i16x8 load8x8Unsigned(), splat() and bitmask()", () => {
  fc.assert(fc.property(sixteenBytes, sixteenBytes, (one, other) => {
    assertEquals(new Uint8Array(compute(v128.and, one, other)), one.map((byte, at) => byte & other[at]));
    assertEquals(new Uint8Array(compute(v128.or, one, other)), one.map((byte, at) => byte | other[at]));
    const wide = new Uint16Array(compute(() => i16x8.load8x8Unsigned({ memory: 0, offset: 5 }, zero), one));
    assertEquals(wide, Uint16Array.from(one.subarray(5, 13)));
    const store = functionOf(0, () =>
      sequence(
        v128.store64Lane({ memory: 0, offset: 0 }, i32.constant(40), v128.load(START, zero), 1),
        v128.store64Lane({ memory: 0, offset: 8 }, i32.constant(40), v128.load(START, zero), 0),
        i16x8.bitmask(v128.load(START, zero)),
      ));
    const { memory, answer } = runFunctions([store], { bytes: one });
    assertEquals(memory.slice(40, 56), Uint8Array.of(...one.subarray(8), ...one.subarray(0, 8)));
    const signs = [...new Int16Array(one.slice().buffer)].reduce(
      (bits, value, at) => bits | (value < 0 ? 1 << at : 0),
      0,
    );
    assertEquals(answer, signs);
  }));
  const anyTrue = functionOf(1, (_, [value]) => v128.anyTrue(i16x8.splat(value.get)));
  assertEquals([0, 1, 0x10000].map((value) => runFunctions([anyTrue], { parameters: [value] }).answer), [0, 1, 0]);
});
