import type { DeclaredTensor } from "../onnx/value_info.ts";

const STRIDES = [8, 16, 32] as const;
const YUNET_NAMES = ["cls", "obj", "bbox", "kps"].flatMap((name) => STRIDES.map((stride) => `${name}_${stride}`));
/** Numbers per box in the outputs of each kind, and how many outputs there are of it. */
const SCRFD_COLUMNS = [[1, 3], [4, 3], [10, 3]] as const;
const RETINAFACE_COLUMNS = [[2, 1], [4, 1], [10, 1]] as const;

/**
 * Returns the family of a face detector with five points, judged by the names and shapes of the
 * outputs; `null` if they are of no such detector. Its file is the part `detect` of a `faces`
 * model.
 */
export function faceDetectorOf(outputs: readonly DeclaredTensor[]): "yunet" | "scrfd" | "retinaface" | null {
  const names = new Set(outputs.map(({ name }) => name));
  if (YUNET_NAMES.every((name) => names.has(name))) return "yunet";
  if (hasColumns(outputs, SCRFD_COLUMNS)) return "scrfd";
  return hasColumns(outputs, RETINAFACE_COLUMNS) ? "retinaface" : null;
}

function hasColumns(outputs: readonly DeclaredTensor[], wanted: readonly (readonly [number, number])[]): boolean {
  const total = wanted.reduce((sum, [, count]) => sum + count, 0);
  return outputs.length === total &&
    wanted.every(([columns, count]) => outputs.filter(({ dims }) => dims?.at(-1) === columns).length === count);
}
