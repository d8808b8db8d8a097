import type { Box, Size } from "../../../../models/image/geometry/geometry.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import type { FakeFace, FakeLook } from "./fake_detector.ts";

/** Red minus blue, in the detector's numbers, from which on a pixel belongs to a face. */
const RED_MIN = 0.8;

/** A grey picture in which each box is red: a face for {@linkcode redFaces}. */
export function redPicture({ width, height }: Size, boxes: readonly Box[]): Picture {
  const data = new Uint8Array(width * height * 3).fill(100);
  for (const box of boxes) {
    for (let y = box.y; y < box.y + box.height; y++) {
      for (let x = box.x; x < box.x + box.width; x++) data.set([250, 20, 20], (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

/** The red boxes in a detector's input; like a real one, it is the surer the higher they are. */
export function redFaces({ width, height, data }: FakeLook): FakeFace[] {
  const plane = width * height;
  const isOpen = Uint8Array.from({ length: plane }, (_, at) => Number(data[at] - data[at + 2 * plane] > RED_MIN));
  const faces: FakeFace[] = [];
  for (let at = 0; at < plane; at++) {
    if (isOpen[at] === 0) continue;
    const { left, top, right, bottom } = boundsOf(isOpen, { at, width, height });
    const score = scoreOf(bottom - top);
    if (score > 0) faces.push([score, left / width, top / height, right / width, bottom / height]);
  }
  return faces;
}

function scoreOf(height: number): number {
  if (height >= 20) return 0.99;
  if (height >= 12) return 0.5;
  return height >= 4 ? 0.2 : 0;
}

/** The bounds of the connected pixels around `at`, which are closed. */
function boundsOf(isOpen: Uint8Array, { at, width, height }: Size & { at: number }) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  const open = [at];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (isOpen[next] === 0) continue;
    isOpen[next] = 0;
    const [x, y] = [next % width, Math.floor(next / width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
    if (x > 0) open.push(next - 1);
    if (x + 1 < width) open.push(next + 1);
    if (y > 0) open.push(next - width);
    if (y + 1 < height) open.push(next + width);
  }
  return { left, top, right, bottom };
}
