import type { Infer } from "../../protocol/schema.ts";
import type { activationSchema } from "../manifest/labels.ts";

/** What scores go through to become probabilities. */
export type Activation = Infer<typeof activationSchema>;

/** The logistic function: 0 for much less than zero, 1 for much more. */
export function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

/** The scores of one thing after `activation`; a new array, or the very same after none. */
export function activated(scores: Float32Array, activation: Activation): Float32Array {
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
