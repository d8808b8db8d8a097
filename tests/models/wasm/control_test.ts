import { Frame } from "../../../models/wasm/frame.ts";
import { control, i32, sequence } from "../../../models/wasm/instructions.ts";
import { InvariantError } from "../../../protocol/kernel/invariant.ts";
import { assertEquals, assertThrows } from "../../assert.ts";
import { functionOf, runFunctions } from "./run_code.ts";

Deno.test("control ifElse(), if() and return() go one way or the other", () => {
  const run = functionOf(1, (frame, [value]) => {
    const answer = frame.local("i32");
    return sequence(
      control.if(i32.isEqual(value.get, i32.constant(7)), control.return(i32.constant(70))),
      control.ifElse(value.get, answer.set(i32.constant(1)), answer.set(i32.constant(2))),
      answer.get,
    );
  });
  const answers = [0, 1, -1, 7].map((value) => runFunctions([run], { parameters: [value] }).answer);
  assertEquals(answers, [2, 1, 1, 70]);
});

Deno.test("control repeat(), block(), branch() and branchIf() leave and go on where they say", () => {
  // Adds up the odd numbers below the limit.
  const run = functionOf(1, (frame, [limit]) => {
    const [number, sum] = frame.localList("i32", 2);
    return sequence(
      control.block(control.repeat(sequence(
        number.set(i32.add(number.get, i32.constant(1))),
        control.branchIf(1, i32.isZero(i32.isLessUnsigned(number.get, limit.get))),
        control.branchIf(0, i32.isZero(i32.and(number.get, i32.constant(1)))),
        sum.set(i32.add(sum.get, number.get)),
        control.branch(0),
      ))),
      sum.get,
    );
  });
  assertEquals([0, 1, 2, 5, 100].map((limit) => runFunctions([run], { parameters: [limit] }).answer), [
    0,
    0,
    1,
    4,
    2_500,
  ]);
});

Deno.test("control call() passes values to a function by its number, and leaves its answer", () => {
  const caller = functionOf(2, (_, [one, other]) => i32.add(control.call(1, one.get, other.get), i32.constant(1)));
  const called = { ...functionOf(2, (_, [one, other]) => i32.subtract(one.get, other.get)), name: "called" };
  const silent = { name: "silent", parameters: [], locals: [], body: [] };
  assertEquals(runFunctions([caller, called, silent], { parameters: [50, 8] }).answer, 43);
  assertEquals(runFunctions([silent]).answer, undefined);
});

Deno.test("Frame numbers parameters before locals; a variable is read, set, or both", () => {
  const run = functionOf(2, (frame, [one, other]) => {
    const product = frame.local("i32");
    const unused = frame.local("v128");
    assertEquals(unused.get, [0x20, 3]);
    return i32.add(product.tee(i32.multiply(one.get, other.get)), product.get);
  });
  assertEquals(runFunctions([run], { parameters: [6, 7] }).answer, 84);
  const frame = new Frame();
  frame.local("i64");
  assertThrows(() => frame.parameter("i32"), InvariantError);
});
