import type { Infer } from "../../protocol/schema.ts";
import type { activationSchema } from "../manifest/labels.ts";

/** Function that turns scores into probabilities. */
export type Activation = Infer<typeof activationSchema>;

/**
 * Computes the logistic function: near 0 for scores far below zero, near 1 for scores far above.
 */
export function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

/**
 * Applies `activation` to the scores of one item. Returns a new array, or `scores` itself for
 * `none`.
 */
export function applyActivation(scores: Float32Array, activation: Activation): Float32Array {
  switch (activation) {
    case "none":
      return scores;
    case "sigmoid":
      return scores.map(sigmoid);
    case "softmax":
      return softmax(scores);
  }
}

function softmax(scores: Float32Array): Float32Array {
  let highest = -Infinity;
  for (const score of scores) if (score > highest) highest = score;
  const powers = scores.map((score) => Math.exp(score - highest));
  let sum = 0;
  for (const power of powers) sum += power;
  return powers.map((power) => power / sum);
}
