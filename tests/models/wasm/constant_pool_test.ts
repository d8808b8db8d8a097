import { ConstantPool } from "../../../models/wasm/constant_pool.ts";
import { type Code, sequence, v128, VECTOR_BYTES } from "../../../models/wasm/instructions.ts";
import { assertEquals, assertThrows } from "../../assert.ts";
import { functionOf, runFunctions, START, zero } from "./run_code.ts";

const PLACE = { start: 64, end: 64 + 3 * VECTOR_BYTES };

/** The bytes of a vector of the pool as code gets it. */
function loaded(pool: ConstantPool, vector: Code): ArrayBuffer {
  const bytes = new Uint8Array(PLACE.end);
  bytes.set(pool.bytes, PLACE.start);
  const run = functionOf(0, () => sequence(v128.store(START, zero, vector), zero));
  return runFunctions([run], { bytes }).memory.slice(0, VECTOR_BYTES).buffer as ArrayBuffer;
}

Deno.test("ConstantPool gives code the vectors that it asked for", () => {
  const pool = new ConstantPool(PLACE);
  const bytes = Array.from({ length: VECTOR_BYTES }, (_, at) => 3 * at);
  const vectors = [pool.i8x16(bytes), pool.i16x8(-2, 300), pool.i32x4(-70_000)];
  assertEquals([...new Uint8Array(loaded(pool, vectors[0]))], bytes);
  assertEquals([...new Int16Array(loaded(pool, vectors[1]))], [-2, 300, -2, 300, -2, 300, -2, 300]);
  assertEquals([...new Int32Array(loaded(pool, vectors[2]))], new Array(4).fill(-70_000));
});

Deno.test("ConstantPool keeps a vector once, and no more than have their place", () => {
  const pool = new ConstantPool(PLACE);
  assertEquals(pool.i16x8(1), pool.i16x8(1));
  pool.i16x8(1, 2);
  pool.i32x4(1);
  assertEquals(pool.bytes.length, 3 * VECTOR_BYTES);
  assertThrows(() => pool.i32x4(2), Error, "the constants have their place");
  assertThrows(() => new ConstantPool(PLACE).i8x16([1, 2]), Error, "a vector has sixteen bytes");
});
