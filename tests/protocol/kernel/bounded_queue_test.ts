import fc from "fast-check";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { BoundedQueue } from "../../../protocol/kernel/bounded_queue.ts";
import { InvariantError } from "../../../protocol/kernel/invariant.ts";

Deno.test("BoundedQueue() gives back what an array of the same capacity would", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 5 }),
    fc.array(fc.oneof(fc.constant("shift" as const), fc.constant("drain" as const), fc.integer())),
    (capacity, steps) => {
      const queue = new BoundedQueue<number>(capacity);
      let model: number[] = [];
      for (const step of steps) {
        if (step === "shift") assertEquals(queue.shift(), model.shift());
        else if (step === "drain") {
          assertEquals(queue.drain(), model);
          model = [];
        } else {
          assertEquals(queue.push(step), model.length < capacity);
          if (model.length < capacity) model.push(step);
        }
        assertEquals(queue.size, model.length);
      }
    },
  ));
});

Deno.test("BoundedQueue() keeps its order across many more items than its capacity", () => {
  const queue = new BoundedQueue<number>(3);
  for (let index = 0; index < 10_000; index++) {
    assert(queue.push(index));
    assertEquals(queue.shift(), index);
  }
});

Deno.test("BoundedQueue() refuses a capacity below one", () => {
  assertThrows(() => new BoundedQueue(0), InvariantError);
});
