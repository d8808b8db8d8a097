import { invariant } from "../../protocol/kernel/invariant.ts";

/** Something to learn from: its values, and 1 if it is of the kind that is looked for, else 0. */
export interface Example {
  readonly values: Float64Array;
  readonly answer: 0 | 1;
  readonly weight: number;
}

/** A learned classifier: the probability is `sigmoid(bias + values · weights)`. */
export interface LinearClassifier {
  readonly bias: number;
  readonly weights: Float64Array;
}

export interface LearningOptions {
  /** Weight of the squares of all weights but the bias, for values of variance one. */
  readonly ridge: number;
  readonly steps: number;
}

/** Added to each variance, so that a value that is always the same has no weight. */
const VARIANCE_MIN = 1e-9;

/**
 * Learns a logistic regression by accelerated gradient descent (Nesterov 1983) on standardised
 * values. The same examples in the same order give the same weights.
 */
export function learn(examples: readonly Example[], { ridge, steps }: LearningOptions): LinearClassifier {
  invariant(examples.length > 0, "there is something to learn from");
  const { means, deviations } = spreadOf(examples);
  const size = means.length;
  const rows = examples.map(({ values }) => values.map((value, at) => (value - means[at]) / deviations[at]));
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  // The curvature is at most a quarter of the mean square of a row, bounded by its largest sum.
  const step = 1 / (largestEigenvalue(rows, { examples, total }) / 4 + ridge / total);
  let current = new Float64Array(size + 1);
  let ahead = current.slice();
  let speed = 1;
  for (let round = 0; round < steps; round++) {
    const gradient = gradientAt(ahead, { rows, examples, total, ridge });
    const next = ahead.map((value, at) => value - step * gradient[at]);
    const nextSpeed = (1 + Math.sqrt(1 + 4 * speed * speed)) / 2;
    ahead = next.map((value, at) => value + (speed - 1) / nextSpeed * (value - current[at]));
    current = next;
    speed = nextSpeed;
  }
  const weights = current.slice(0, size).map((value, at) => value / deviations[at]);
  const bias = weights.reduce((sum, weight, at) => sum - weight * means[at], current[size]);
  return { bias, weights };
}

/** Returns the logarithm of the odds that the classifier gives. */
export function oddsOf({ bias, weights }: LinearClassifier, values: Float64Array): number {
  return values.reduce((sum, value, at) => sum + value * weights[at], bias);
}

/** Returns the probability that has these logarithmic odds. */
export function sigmoid(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

function gradientAt(
  point: Float64Array,
  options: { rows: readonly Float64Array[]; examples: readonly Example[]; total: number; ridge: number },
): Float64Array {
  const { rows, examples, total, ridge } = options;
  const size = point.length - 1;
  const gradient = new Float64Array(size + 1);
  rows.forEach((row, index) => {
    let odds = point[size];
    for (let at = 0; at < size; at++) odds += row[at] * point[at];
    const error = (sigmoid(odds) - examples[index].answer) * examples[index].weight / total;
    for (let at = 0; at < size; at++) gradient[at] += error * row[at];
    gradient[size] += error;
  });
  for (let at = 0; at < size; at++) gradient[at] += ridge / total * point[at];
  return gradient;
}

/** Returns the largest eigenvalue of the weighted mean of the rows' outer products, by powers. */
function largestEigenvalue(
  rows: readonly Float64Array[],
  { examples, total }: { examples: readonly Example[]; total: number },
): number {
  let direction = new Float64Array(rows[0].length).fill(1 / Math.sqrt(rows[0].length));
  let length = 0;
  for (let round = 0; round < 20; round++) {
    const next = new Float64Array(direction.length);
    rows.forEach((row, index) => {
      let along = 0;
      for (let at = 0; at < row.length; at++) along += row[at] * direction[at];
      along *= examples[index].weight / total;
      for (let at = 0; at < row.length; at++) next[at] += along * row[at];
    });
    length = Math.sqrt(next.reduce((sum, value) => sum + value * value, 0));
    direction = next.map((value) => value / length);
  }
  // Some more, since powers approach it from below; and one for the bias.
  return length * 1.1 + 1;
}

function spreadOf(examples: readonly Example[]): { means: Float64Array; deviations: Float64Array } {
  const size = examples[0].values.length;
  const means = new Float64Array(size);
  const squares = new Float64Array(size);
  for (const { values } of examples) {
    for (let at = 0; at < size; at++) means[at] += values[at] / examples.length;
  }
  for (const { values } of examples) {
    for (let at = 0; at < size; at++) squares[at] += (values[at] - means[at]) ** 2 / examples.length;
  }
  return { means, deviations: squares.map((square) => Math.sqrt(square + VARIANCE_MIN)) };
}
