import fc from "fast-check";
import { type Code, i32, i64, sequence } from "../../../models/wasm/instructions.ts";
import { assertEquals } from "../../assert.ts";
import { functionOf, runFunctions, START, zero } from "./run_code.ts";

type OfTwo = readonly [(one: Code, other: Code) => Code, (one: number, other: number) => number];

const OF_TWO: Record<string, OfTwo> = {
  subtract: [i32.subtract, (one, other) => one - other],
  and: [i32.and, (one, other) => one & other],
  or: [i32.or, (one, other) => one | other],
  xor: [i32.xor, (one, other) => one ^ other],
  shiftLeft: [i32.shiftLeft, (one, other) => one << other],
  shiftRightSigned: [i32.shiftRightSigned, (one, other) => one >> other],
  shiftRightUnsigned: [i32.shiftRightUnsigned, (one, other) => one >>> other],
  isEqual: [i32.isEqual, (one, other) => Number(one === other)],
  isNotEqual: [i32.isNotEqual, (one, other) => Number(one !== other)],
  isGreaterUnsigned: [i32.isGreaterUnsigned, (one, other) => Number(one >>> 0 > other >>> 0)],
};
const OF_ONE: Record<string, readonly [(value: Code) => Code, (value: number) => number]> = {
  isZero: [i32.isZero, (value) => Number(value === 0)],
  trailingZeros: [i32.trailingZeros, (value) => value === 0 ? 32 : 31 - Math.clz32(value & -value)],
  populationCount: [i32.populationCount, (value) => (value >>> 0).toString(2).replaceAll("0", "").length],
  wrapI64: [(value) => i32.wrapI64(i64.extendI32Unsigned(value)), (value) => value],
};
const number = fc.oneof(fc.integer(), fc.integer({ min: -40, max: 40 }));

Deno.test("i32 computes what its names say, on 32 bits", () => {
  for (const [write, expected] of Object.values(OF_TWO)) {
    const run = functionOf(2, (_, [one, other]) => write(one.get, other.get));
    fc.assert(fc.property(number, number, (one, other) => {
      assertEquals(runFunctions([run], { parameters: [one, other] }).answer, expected(one, other) | 0);
    }));
  }
  for (const [write, expected] of Object.values(OF_ONE)) {
    const run = functionOf(1, (_, [value]) => write(value.get));
    fc.assert(fc.property(number, (value) => {
      assertEquals(runFunctions([run], { parameters: [value] }).answer, expected(value));
    }));
  }
});

Deno.test("i32 and i64 load and store as many bytes as they say", () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, index) => 0xf0 + index);
  const view = new DataView(bytes.buffer);
  const load = functionOf(1, (_, [address]) => i32.load({ memory: 0, offset: 4 }, address.get));
  assertEquals(runFunctions([load], { parameters: [8], bytes }).answer, view.getInt32(12, true));
  const load8 = functionOf(1, (_, [address]) => i32.load8Unsigned({ memory: 0, offset: 4 }, address.get));
  assertEquals(runFunctions([load8], { parameters: [8], bytes }).answer, 0xfc);
  for (const [store, size] of [[i32.store8, 1], [i32.store16, 2], [i32.store, 4]] as const) {
    const run = functionOf(2, (_, [address, value]) => sequence(store(START, address.get, value.get), zero));
    const { memory } = runFunctions([run], { parameters: [3, 0x01020304], bytes });
    const expected = bytes.slice();
    expected.set([4, 3, 2, 1].slice(0, size), 3);
    assertEquals(memory.slice(0, 64), expected);
  }
});

Deno.test("i64 shifts and joins 64 bits", () => {
  const operations: [(one: Code, other: Code) => Code, (one: bigint, other: bigint) => bigint][] = [
    [i64.or, (one, other) => one | other],
    [i64.shiftLeft, (one, other) => one << (other & 63n)],
    [i64.shiftRightSigned, (one, other) => BigInt.asIntN(64, one) >> (other & 63n)],
    [i64.shiftRightUnsigned, (one, other) => one >> (other & 63n)],
  ];
  const long = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
  for (const [write, expected] of operations) {
    const at = (offset: number) => i64.load({ memory: 0, offset }, zero);
    const run = functionOf(0, () => sequence(i64.store(START, zero, write(at(0), at(8))), zero));
    fc.assert(fc.property(long, long, (one, other) => {
      const { memory } = runFunctions([run], { bytes: new Uint8Array(BigUint64Array.of(one, other).buffer) });
      assertEquals(new BigUint64Array(memory.buffer, 0, 1)[0], BigInt.asUintN(64, expected(one, other)));
    }));
  }
  const constant = functionOf(0, () => i32.wrapI64(i64.shiftRightSigned(i64.constant(-5), i64.constant(1))));
  assertEquals(runFunctions([constant]).answer, -3);
});
