/** One measurement beside its floor. */
export interface Figure {
  readonly what: string;
  /** Result of dml, as text. */
  readonly measured: string;
  /** Result of the bare equivalent in the same run, as text; empty if there is none. */
  readonly floor: string;
  /**
   * The number that is compared with the bound: the ratio of the two, or a measurement of its own.
   */
  readonly value: number;
  readonly unit: string;
  /** The limit that the value must keep. */
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
}

/** Bytes in a megabyte. */
export const MB = 1e6;

/** Returns the median of `numbers`; the mean of the middle two if their count is even. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Returns how long `work` takes, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** Returns true if the figure keeps its bound. */
export function isKept({ value, bound }: Figure): boolean {
  return "atMost" in bound ? value <= bound.atMost : value >= bound.atLeast;
}

/** Formats a number with its unit for people: more digits the smaller it is, thousands grouped. */
export function shown(value: number, unit: string): string {
  const digits = value >= 1_000 ? 0 : value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = value >= 1_000 ? Math.round(value).toLocaleString("en-US") : value.toFixed(digits);
  return unit === "" ? text : `${text} ${unit}`;
}
