import { relocatedBody } from "../../../../node/engine/patches/relocated_code.ts";
import { InvariantError } from "../../../../protocol/kernel/invariant.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { functionBody } from "./made_module.ts";

const CALL = 0x10;
/** The byte of a call where it is none. */
const NO_CALL = CALL;

function body(...code: readonly number[]): Uint8Array {
  return Uint8Array.from(functionBody({ type: 0, locals: [0x7f, 0x7b], code }));
}

Deno.test("relocatedBody() changes the numbers of calls, whatever bytes those need", () => {
  assertEquals(relocatedBody(body(CALL, 3, 0x1a, CALL, 4), (number) => number - 3), body(CALL, 0, 0x1a, CALL, 1));
  assertEquals(relocatedBody(body(CALL, 3), () => 2702), body(CALL, 0x8e, 0x15));
  assertEquals(relocatedBody(body(CALL, 0x8e, 0x15), (number) => number - 2700), body(CALL, 2));
});

Deno.test("relocatedBody() takes nothing for a call that is in another instruction", () => {
  const untouched = body(
    ...[0x02, 0x40, 0x03, 0x7f, 0x0c, NO_CALL, 0x0d, NO_CALL, 0x0b, 0x04, 0x7b, 0x05, 0x0b, 0x0b],
    ...[0x20, NO_CALL, 0x21, NO_CALL, 0x22, NO_CALL, 0x41, NO_CALL, 0x42, NO_CALL],
    ...[0x43, NO_CALL, NO_CALL, NO_CALL, NO_CALL],
    ...[0x44, NO_CALL, NO_CALL, NO_CALL, NO_CALL, NO_CALL, NO_CALL, NO_CALL, NO_CALL],
    ...[0x28, 2, NO_CALL, 0x36, 2, 0x90, NO_CALL, 0x6a, 0x1a, 0x1b, 0x0f],
    // Vectors: load, constant, shuffle, splat, a lane, load of a lane, load of a lane and zeros,
    // sum of floats.
    ...[0xfd, 0, 4, NO_CALL],
    ...[0xfd, 12, ...new Array<number>(16).fill(NO_CALL)],
    ...[0xfd, 13, ...new Array<number>(16).fill(NO_CALL)],
    ...[0xfd, 17, 0xfd, 21, NO_CALL, 0xfd, 84, 0, NO_CALL, NO_CALL, 0xfd, 92, 2, NO_CALL, 0xfd, 0xe4, 1],
  );
  const fail = () => {
    throw new Error("nothing is called");
  };
  assertEquals(relocatedBody(untouched, fail), untouched);
});

Deno.test("relocatedBody() refuses what refers to other things of a module, and what it does not know", () => {
  const [globalGet, tableGet, callIndirect, memorySize, otherPrefix] = [0x23, 0x25, 0x11, 0x3f, 0xfe];
  for (const opcode of [globalGet, tableGet, callIndirect, memorySize, otherPrefix]) {
    assertThrows(() => relocatedBody(body(opcode, 0), (number) => number), InvariantError);
  }
  // A block of a type of the module, and a load from another memory.
  assertThrows(() => relocatedBody(body(0x02, 0x00, 0x0b), (number) => number), InvariantError);
  assertThrows(() => relocatedBody(body(0x28, 0x42, 1, 0), (number) => number), InvariantError);
});
