/**
 * The largest distance from the edge of a pixel, in pixels, that still counts as on the edge: so
 * small a difference comes from rounding.
 */
const EDGE_TOLERANCE = 1e-6;

/** The pixels of one axis of a picture that each pixel of a smaller frame covers. */
export interface AreaSpans {
  /**
   * First and last pixel of the picture; the last is before the first if the span covers nothing of
   * the picture.
   */
  readonly firsts: Int32Array;
  readonly lasts: Int32Array;
  /** Shares, 0..1, of its first and of its last pixel that a span leaves out. */
  readonly firstExcess: Float64Array;
  readonly lastExcess: Float64Array;
  /** Pixels of the picture that one pixel of the frame covers, if the picture reaches that far. */
  readonly ratio: number;
  /** True if every span covers whole pixels only. */
  readonly whole: boolean;
}

/**
 * Computes the spans of `count` pixels of a frame in which `frame = picture * scale + offset`, for
 * a picture of `sourceCount` pixels along this axis.
 */
export function makeAreaSpans(
  axis: { sourceCount: number; count: number; scale: number; offset: number },
): AreaSpans {
  const { sourceCount, count, scale, offset } = axis;
  const firsts = new Int32Array(count);
  const lasts = new Int32Array(count);
  const firstExcess = new Float64Array(count);
  const lastExcess = new Float64Array(count);
  const edge = (at: number) => snap(Math.min(Math.max((at - offset) / scale, 0), sourceCount));
  for (let at = 0; at < count; at++) {
    const start = edge(at);
    const end = edge(at + 1);
    firsts[at] = Math.floor(start);
    lasts[at] = end > start ? Math.ceil(end) - 1 : firsts[at] - 1;
    firstExcess[at] = end > start ? start - firsts[at] : 0;
    lastExcess[at] = end > start ? lasts[at] + 1 - end : 0;
  }
  const isWhole = (excess: number) => excess === 0;
  const whole = firstExcess.every(isWhole) && lastExcess.every(isWhole);
  return { firsts, lasts, firstExcess, lastExcess, ratio: 1 / scale, whole };
}

function snap(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) < EDGE_TOLERANCE ? nearest : value;
}
