import fc from "fast-check";
import {
  control,
  f32,
  f32x4,
  i16x8,
  i32,
  i32x4,
  local,
  signed,
  unsigned,
  v128,
} from "../../../models/wasm/instructions.ts";
import { encodeModule, IMPORT_MODULE } from "../../../models/wasm/module.ts";
import { assert, assertEquals } from "../../assert.ts";

/** Reads LEB128 as the specification says, so as not to trust the writer about itself. */
function readNumber(bytes: readonly number[], options: { isSigned: boolean }): bigint {
  let value = 0n;
  bytes.forEach((byte, index) => {
    assertEquals(byte >= 0x80, index < bytes.length - 1);
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
  });
  const isNegative = options.isSigned && (bytes[bytes.length - 1] & 0x40) !== 0;
  return isNegative ? value - (1n << BigInt(7 * bytes.length)) : value;
}

Deno.test("unsigned() and signed() write what a reader of LEB128 reads, in no more bytes than it takes", () => {
  fc.assert(fc.property(fc.nat(0xffffffff), (value) => {
    assertEquals(readNumber(unsigned(value), { isSigned: false }), BigInt(value));
    assert(unsigned(value).length <= 5);
  }));
  fc.assert(fc.property(fc.integer(), (value) => {
    assertEquals(readNumber(signed(value), { isSigned: true }), BigInt(value));
    assert(signed(value).length <= 5);
  }));
  assertEquals(signed(63), [63]);
  assertEquals(signed(64), [0xc0, 0]);
  assertEquals(unsigned(127), [127]);
  assertEquals(unsigned(128), [0x80, 1]);
});

/** Runs `body` over two memories, with what is at address 0 of the first and the second given, and gives the second back. */
function run(
  body: readonly number[],
  options: { first: Uint8Array; second: Uint8Array; parameter?: number },
): ArrayBuffer {
  const bytes = encodeModule({
    memories: [{ name: "one", pagesMin: 1, sharedPagesMax: 4_464 }, { name: "other", pagesMin: 1 }],
    functions: [{ name: "run", parameters: ["i32"], locals: ["i32", "v128"], body }],
  });
  const one = new WebAssembly.Memory({ initial: 1, maximum: 4_464, shared: true });
  const other = new WebAssembly.Memory({ initial: 1 });
  new Uint8Array(one.buffer).set(options.first);
  new Uint8Array(other.buffer).set(options.second);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { [IMPORT_MODULE]: { one, other } });
  (instance.exports.run as (parameter: number) => void)(options.parameter ?? 0);
  return other.buffer as ArrayBuffer;
}

const [FIRST, SECOND] = [0, 1].map((memory) => ({ memory, offset: 0 }));
const origin = i32.constant(0);
const bytesOf = (numbers: Int8Array | Int16Array | Int32Array | Float32Array) => new Uint8Array(numbers.buffer);
const four = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 4, maxLength: 4 });

Deno.test("i16x8 load8x8() and i32x4 dotI16x8() multiply eight bytes with eight numbers and add neighbours", () => {
  const body = v128.store(SECOND, origin, i32x4.dotI16x8(i16x8.load8x8(FIRST, origin), v128.load(SECOND, origin)));
  const signedByte = fc.integer({ min: -128, max: 127 });
  const signedShort = fc.integer({ min: -32_768, max: 32_767 });
  const eight = (of: fc.Arbitrary<number>) => fc.array(of, { minLength: 8, maxLength: 8 });
  fc.assert(fc.property(eight(signedByte), eight(signedShort), (codes, query) => {
    const second = bytesOf(Int16Array.from(query));
    const answer = run(body, { first: bytesOf(Int8Array.from(codes)), second });
    const expected = [0, 2, 4, 6].map((at) => codes[at] * query[at] + codes[at + 1] * query[at + 1]);
    assertEquals([...new Int32Array(answer, 0, 4)], expected);
  }));
});

Deno.test("i32x4 pick() and add(), f32x4 fromI32x4() do what their names say, lane by lane", () => {
  const [one, other] = [v128.load(FIRST, origin), v128.load(SECOND, origin)];
  const picked = v128.store(SECOND, origin, i32x4.pick(one, other, [0, 5, 7, 2]));
  const added = v128.store(SECOND, origin, f32x4.fromI32x4(i32x4.add(one, other)));
  fc.assert(fc.property(four, four, (first, second) => {
    const given = { first: bytesOf(Int32Array.from(first)), second: bytesOf(Int32Array.from(second)) };
    assertEquals([...new Int32Array(run(picked, given), 0, 4)], [first[0], second[1], second[3], first[2]]);
    const sums = first.map((value, lane) => Math.fround(value + second[lane]));
    assertEquals([...new Float32Array(run(added, given), 0, 4)], sums);
  }));
});

Deno.test("f32x4 add(), multiply(), greater() and splat() are those of single precision", () => {
  const [one, other] = [v128.load(FIRST, origin), v128.load(SECOND, origin)];
  const body = v128.store(SECOND, origin, f32x4.add(f32x4.multiply(one, other), f32x4.splat(f32.constant(0.1))));
  const greater = v128.store(SECOND, origin, f32x4.greater(one, other));
  const floats = fc.array(fc.float({ noNaN: true, min: -8, max: 8 }), { minLength: 4, maxLength: 4 });
  fc.assert(fc.property(floats, floats, (first, second) => {
    const given = { first: bytesOf(Float32Array.from(first)), second: bytesOf(Float32Array.from(second)) };
    const expected = first.map((value, lane) => Math.fround(Math.fround(value * second[lane]) + Math.fround(0.1)));
    assertEquals(
      [...new Float32Array(run(body, given), 0, 4)].map((value) => value + 0),
      expected.map((value) => value + 0),
    );
    const largest = first.map((value, lane) => value < second[lane] ? second[lane] : value);
    assertEquals([...new Float32Array(run(greater, given), 0, 4)], largest);
  }));
  const first = bytesOf(Float32Array.of(-Infinity, 1, 2, 3));
  const second = bytesOf(Float32Array.of(NaN, NaN, 5, NaN));
  assertEquals([...new Float32Array(run(greater, { first, second }), 0, 4)], [-Infinity, 1, 5, 3]);
});

Deno.test("control loop() goes on while its number is not 0, and once at least", () => {
  const [count, turn] = [local.get(0), local.get(1)];
  const body = control.loop(
    [
      ...v128.store(
        { memory: 1, offset: 16 },
        i32.multiply(turn, i32.constant(16)),
        v128.load(FIRST, origin),
      ),
      ...local.set(1, i32.add(turn, i32.constant(1))),
    ],
    i32.isLessUnsigned(turn, count),
  );
  for (const parameter of [0, 1, 5, 200]) {
    const answer = new Uint8Array(run(body, { first: Uint8Array.of(7), second: Uint8Array.of(), parameter }));
    const written = [...answer.keys()].filter((address) => answer[address] === 7);
    assertEquals(written, Array.from({ length: Math.max(1, parameter) }, (_, index) => 16 + 16 * index));
  }
});
