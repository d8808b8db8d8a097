import fc from "fast-check";
import { bestClasses } from "../../../models/pipelines/classify.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "../../assert.ts";

const ALL = { activation: "none", topK: 10, scoreMin: -1e6, labels: [] as string[] } as const;

Deno.test("bestClasses() returns the best first, and equal ones in the order of the model file", () => {
  const labels = ["ant", "bee", "cow", "dog"];
  const found = bestClasses(Float32Array.of(0.25, 0.5, 0.25, 0.125), { ...ALL, labels, topK: 3 });
  assertEquals(found, [
    { label: "bee", index: 1, score: 0.5 },
    { label: "ant", index: 0, score: 0.25 },
    { label: "cow", index: 2, score: 0.25 },
  ]);
});

Deno.test("bestClasses() labels a class by its number if the manifest has no labels", () => {
  assertEquals(bestClasses(Float32Array.of(0, 1), ALL)[0].label, "class 1");
});

Deno.test("bestClasses() leaves out scores below the limit", () => {
  assertEquals(bestClasses(Float32Array.of(0.1, 0.3), { ...ALL, scoreMin: 0.2 }).map(({ index }) => index), [1]);
  assertEquals(bestClasses(Float32Array.of(0.1, 0.3), { ...ALL, scoreMin: 0.5 }), []);
});

Deno.test("bestClasses() converts scores to probabilities: softmax over all, sigmoid for each", () => {
  const scores = Float32Array.of(1, 2, 1_000);
  assertEquals(bestClasses(scores, { ...ALL, activation: "softmax" })[0], { label: "class 2", index: 2, score: 1 });
  const [first, second] = bestClasses(Float32Array.of(0, 2), { ...ALL, activation: "softmax" });
  assertAlmostEquals(first.score, Math.exp(2) / (1 + Math.exp(2)), 1e-6);
  assertAlmostEquals(second.score, 1 / (1 + Math.exp(2)), 1e-6);
  const sigmoid = bestClasses(Float32Array.of(0, -2), { ...ALL, activation: "sigmoid" });
  assertAlmostEquals(sigmoid[0].score, 0.5, 1e-6);
  assertAlmostEquals(sigmoid[1].score, 1 / (1 + Math.exp(2)), 1e-6);
});

Deno.test("bestClasses() returns softmax scores that sum to one, whatever the model file returns", () => {
  const scores = fc.float32Array({ minLength: 1, maxLength: 50, min: -1e4, max: 1e4, noNaN: true });
  fc.assert(fc.property(scores, (scores) => {
    const found = bestClasses(scores, { ...ALL, activation: "softmax", topK: 50 });
    const sum = found.reduce((sum, { score }) => sum + score, 0);
    assert(Math.abs(sum - 1) < 1e-3, `${sum}`);
    found.forEach(({ score }, at) => assert(at === 0 || score <= found[at - 1].score));
  }));
});

Deno.test("bestClasses() refuses labels that do not match the model file, and scores that are not numbers", () => {
  const three = Float32Array.of(1, 2, 3);
  const unlike = assertThrows(() => bestClasses(three, { ...ALL, labels: ["a", "b"] }), DmlError);
  assertEquals(unlike.code, "model_invalid");
  assertEquals(assertThrows(() => bestClasses(new Float32Array(), ALL), DmlError).code, "model_invalid");
  assertEquals(assertThrows(() => bestClasses(Float32Array.of(1, NaN), ALL), DmlError).code, "engine_failed");
});
