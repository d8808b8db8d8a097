import { type Example, learn, oddsOf, sigmoid } from "../../../tools/doubt/logistic_regression.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../assert.ts";

function example(values: readonly number[], answer: 0 | 1, weight = 1): Example {
  return { values: Float64Array.from(values), answer, weight };
}

Deno.test("learn() finds the frequencies if a value says nothing else", () => {
  // Of those with a 0 a quarter, of those with a 1 three quarters: the odds are -ln 3 and ln 3.
  const examples = [0, 0, 0, 1].map((answer) => example([0], answer as 0 | 1))
    .concat([1, 1, 1, 0].map((answer) => example([1], answer as 0 | 1)));
  const classifier = learn(examples, { ridge: 0, steps: 2_000 });
  assertAlmostEquals(oddsOf(classifier, Float64Array.of(0)), -Math.log(3), 1e-6);
  assertAlmostEquals(oddsOf(classifier, Float64Array.of(1)), Math.log(3), 1e-6);
  assertAlmostEquals(sigmoid(oddsOf(classifier, Float64Array.of(0.5))), 0.5, 1e-6);
});

Deno.test("learn() counts an example as often as its weight says", () => {
  const weighted = learn([example([0], 1), example([0], 0, 3), example([1], 1, 3), example([1], 0)], {
    ridge: 0,
    steps: 2_000,
  });
  assertAlmostEquals(oddsOf(weighted, Float64Array.of(0)), -Math.log(3), 1e-6);
  assertAlmostEquals(oddsOf(weighted, Float64Array.of(1)), Math.log(3), 1e-6);
});

Deno.test("learn() has smaller weights with a larger ridge, and none for a value that never changes", () => {
  const examples = [example([0, 7], 0), example([1, 7], 1)];
  const weightOf = (ridge: number) => Math.abs(learn(examples, { ridge, steps: 500 }).weights[0]);
  assert(weightOf(0.1) > weightOf(1) && weightOf(1) > weightOf(10));
  assertAlmostEquals(learn(examples, { ridge: 1, steps: 500 }).weights[1], 0, 1e-9);
});

Deno.test("learn() gives the same weights for the same examples", () => {
  const random = seededRandom(1);
  const examples = Array.from({ length: 60 }, (_, at) => {
    const answer = at % 2 === 0 ? 0 : 1;
    return example(Array.from({ length: 5 }, () => random() + answer / 3), answer);
  });
  const options = { ridge: 1, steps: 100 };
  assertEquals(learn(examples, options), learn(examples, options));
});
