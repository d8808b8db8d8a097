import fc from "fast-check";
import { type Code, control, i32, i64, sequence } from "../../../models/wasm/instructions.ts";
import { assertEquals } from "../../assert.ts";
import { functionOf, runFunctions, START, zero } from "./run_code.ts";

const long = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

Deno.test("i32 leadingZeros() counts them, load16Signed() reads two bytes with their sign", () => {
  const count = functionOf(1, (_, [value]) => i32.leadingZeros(value.get));
  fc.assert(fc.property(fc.integer(), fc.nat(32), (number, shift) => {
    const value = number >>> shift;
    assertEquals(runFunctions([count], { parameters: [value] }).answer, Math.clz32(value));
  }));
  const load = functionOf(1, (_, [address]) => i32.load16Signed({ memory: 0, offset: 3 }, address.get));
  fc.assert(fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
    const { answer } = runFunctions([load], { parameters: [2], bytes });
    assertEquals(answer, new DataView(bytes.buffer).getInt16(5, true));
  }));
});

Deno.test("i64 and(), subtract(), trailingZeros() and isZero() are about all 64 bits", () => {
  const operations: [(one: Code, other: Code) => Code, (one: bigint, other: bigint) => bigint][] = [
    [i64.and, (one, other) => one & other],
    [i64.subtract, (one, other) => one - other],
    [i64.trailingZeros, (one) => one === 0n ? 64n : BigInt(one.toString(2).match(/0*$/)![0].length)],
    [(one) => i64.extendI32Unsigned(i64.isZero(one)), (one) => one === 0n ? 1n : 0n],
  ];
  for (const [write, expected] of operations) {
    const at = (offset: number) => i64.load({ memory: 0, offset }, zero);
    const run = functionOf(0, () => sequence(i64.store(START, zero, write(at(0), at(8))), zero));
    const assertComputed = (one: bigint, other: bigint) => {
      const { memory } = runFunctions([run], { bytes: new Uint8Array(BigUint64Array.of(one, other).buffer) });
      assertEquals(new BigUint64Array(memory.buffer, 0, 1)[0], BigInt.asUintN(64, expected(one, other)));
    };
    fc.assert(fc.property(long, fc.bigInt({ min: 0n, max: 63n }), long, (one, shift, other) => {
      assertComputed(BigInt.asUintN(64, one << shift), other);
    }));
    assertComputed(0n, 1n);
  }
});

Deno.test("i64 store32() stores the lower half and nothing else", () => {
  const store = functionOf(0, () => sequence(i64.store32({ memory: 0, offset: 9 }, zero, i64.load(START, zero)), zero));
  fc.assert(fc.property(long, (value) => {
    const bytes = new Uint8Array(16).fill(0xaa);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    const expected = bytes.slice();
    expected.set(bytes.subarray(0, 4), 9);
    assertEquals(runFunctions([store], { bytes }).memory.slice(0, 16), expected);
  }));
});

Deno.test("control while() asks before each turn, also the first", () => {
  const sumUpTo = functionOf(1, (frame, [number]) => {
    const sum = frame.local("i32");
    const turn = sequence(
      sum.set(i32.add(sum.get, number.get)),
      number.set(i32.subtract(number.get, i32.constant(1))),
    );
    return sequence(control.while(number.get, turn), sum.get);
  });
  const answers = [0, 1, 4, 100].map((value) => runFunctions([sumUpTo], { parameters: [value] }).answer);
  assertEquals(answers, [0, 1, 10, 5_050]);
});
