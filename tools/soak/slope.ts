/** A measurement at a time. */
export interface Point {
  readonly atMs: number;
  readonly value: number;
}

const HOUR_MS = 3_600_000;

/**
 * Returns by how much the value grows in an hour in the second half of the points, as the slope of
 * the straight line that fits them best (least squares); `null` if there are fewer than three.
 */
export function slopeOfSecondHalf(points: readonly Point[]): number | null {
  const half = points.slice(points.length >> 1);
  if (half.length < 3) return null;
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number) / numbers.length;
  const [meanAt, meanValue] = [mean(half.map(({ atMs }) => atMs)), mean(half.map(({ value }) => value))];
  let [shared, spread] = [0, 0];
  for (const { atMs, value } of half) {
    shared += (atMs - meanAt) * (value - meanValue);
    spread += (atMs - meanAt) ** 2;
  }
  return spread === 0 ? null : shared / spread * HOUR_MS;
}
