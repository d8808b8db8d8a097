import fc from "fast-check";
import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";
import { type Comparable, comparePredictions, faultOf } from "../../../../master/core/decide/compare_predictions.ts";

const person = (x: number, score = 0.9, embedding?: number[]) => ({
  box: { x, y: 0, width: 100, height: 100 },
  score,
  ...(embedding && { embedding }),
});

Deno.test("comparePredictions() pairs faces by their boxes, in any order", () => {
  const old = { persons: [person(0), person(500)] };
  assertEquals(comparePredictions(old, { persons: [person(505), person(3)] }).drift, 0);
  const missing = comparePredictions(old, { persons: [person(0)] });
  assertEquals(missing.drift, 0.5);
  assertStringIncludes(missing.what, "Of 2 and 1 persons, 1 are the same.");
  assertEquals(comparePredictions(old, { persons: [person(90), person(700)] }).drift, 1, "they hardly overlap");
  assertEquals(comparePredictions({ persons: [] }, { persons: [] }).drift, 0);
});

Deno.test("comparePredictions() detects changed scores and embeddings", () => {
  const scores = comparePredictions({ persons: [person(0, 0.9)] }, { persons: [person(0, 0.6)] });
  assert(Math.abs(scores.drift - 0.3) < 1e-9);
  assertStringIncludes(scores.what, "0.300");
  const [one, other] = [{ persons: [person(0, 0.9, [1, 0])] }, { persons: [person(0, 0.9, [0, 1])] }];
  assertEquals(comparePredictions(one, other).drift, 1);
});

Deno.test("comparePredictions() compares objects by label and box, and classifications by the best label", () => {
  const object = (label: string) => ({ ...person(0), label });
  const objects = (label: string): Comparable => ({ persons: [], objects: [object(label)] });
  assertEquals(comparePredictions(objects("cat"), objects("cat")).drift, 0);
  assertEquals(comparePredictions(objects("cat"), objects("dog")).drift, 1);
  const labels = (...list: string[]): Comparable => ({
    persons: [],
    labels: list.map((label, index) => ({ label, score: 0.5 - index / 10 })),
  });
  assertEquals(comparePredictions(labels("cat", "dog"), labels("cat", "cow")).drift, 0);
  assertEquals(comparePredictions(labels("cat", "dog"), labels("dog", "cat")).drift, 1);
});

Deno.test("comparePredictions() compares tensors relative to their length", () => {
  const tensor = (data: (number | null)[], name = "out"): Comparable => ({ persons: [], tensors: [{ name, data }] });
  assert(Math.abs(comparePredictions(tensor([3, 4]), tensor([3, 4.5])).drift - 0.5 / Math.hypot(3, 4.5)) < 1e-9);
  assertEquals(comparePredictions(tensor([1]), tensor([1, 2])).drift, 1);
  assertEquals(comparePredictions(tensor([1]), tensor([null])).drift, 1);
  assertEquals(comparePredictions(tensor([1]), tensor([1], "other")).drift, 1);
});

Deno.test("comparePredictions() compares the names and shapes of packed tensors", () => {
  const packed = (name: string, dims: number[]): Comparable => ({ persons: [], packed: { tensors: [{ name, dims }] } });
  assertEquals(comparePredictions(packed("y", [2, 3]), packed("y", [2, 3])).drift, 0);
  for (const other of [packed("z", [2, 3]), packed("y", [3, 2]), { persons: [] }]) {
    assertEquals(comparePredictions(packed("y", [2, 3]), other).drift, 1);
  }
});

Deno.test("comparePredictions() is 0 for equal predictions, between 0 and 1 for any, and symmetric", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const found = fc.record({
    box: fc.record({ x: unit, y: unit, width: unit, height: unit }),
    score: unit,
    embedding: fc.array(unit, { minLength: 3, maxLength: 3 }),
  });
  const predictions = fc.record({
    persons: fc.array(found, { maxLength: 4 }),
    embedding: fc.array(unit, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(predictions, predictions, (one, other) => {
      const { drift } = comparePredictions(one, other);
      assert(drift >= 0 && drift <= 1, String(drift));
      assert(Math.abs(drift - comparePredictions(other, one).drift) < 1e-9);
    }),
  );
  assertEquals(comparePredictions({ persons: [person(7)] }, { persons: [person(7)] }).drift, 0);
});

Deno.test("faultOf() names the expectation that is not met", () => {
  const prediction: Comparable = { persons: [person(0)], labels: [{ label: "cat", score: 1 }], objects: [] };
  assertEquals(faultOf({}, prediction), null);
  assertEquals(faultOf({ persons: 1, label: "cat", objects: 0 }, prediction), null);
  assertEquals(faultOf({ persons: 2 }, prediction), "It found 1 persons instead of 2.");
  assertEquals(faultOf({ label: "dog" }, prediction), "The best label is cat instead of dog.");
  assertEquals(faultOf({ objects: 1 }, prediction), "It found 0 objects instead of 1.");
});
