/** One thing that was measured beside its floor. */
export interface Figure {
  readonly what: string;
  /** What dml took. */
  readonly measured: string;
  /** What the bare thing took in the same run. */
  readonly floor: string;
  /** The one over the other, or a figure of its own. */
  readonly value: number;
  readonly unit: string;
  /** What it is held to. */
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
}

/** Bytes in a megabyte. */
export const MB = 1e6;

/** The middle one of `numbers`; the mean of the middle two when their count is even. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How long `work` takes, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** Whether the figure keeps its bound. */
export function isKept({ value, bound }: Figure): boolean {
  return "atMost" in bound ? value <= bound.atMost : value >= bound.atLeast;
}

/** Numbers as people read them. */
export function shown(value: number, unit: string): string {
  const digits = value >= 1_000 ? 0 : value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const text = value >= 1_000 ? Math.round(value).toLocaleString("en-US") : value.toFixed(digits);
  return unit === "" ? text : `${text} ${unit}`;
}
