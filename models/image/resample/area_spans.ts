/** Nearer than this to an edge of a pixel is on the edge: what is missing comes from rounding. */
const EDGE_TOLERANCE = 1e-6;

/** Which pixels of one axis of a picture each pixel of a smaller frame covers. */
export interface AreaSpans {
  /** First and last pixel of the picture; the last is before the first where the picture is not covered at all. */
  readonly firsts: Int32Array;
  readonly lasts: Int32Array;
  /** How much of its first and of its last pixel a span leaves out, 0..1. */
  readonly firstExcess: Float64Array;
  readonly lastExcess: Float64Array;
  /** Pixels of the picture that one of the frame covers, where the picture reaches that far. */
  readonly ratio: number;
  /** Whether no span leaves out a part of a pixel. */
  readonly whole: boolean;
}

/** The spans of `count` pixels of a frame where `frame = picture * scale + offset` and the picture has `sourceCount`. */
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
