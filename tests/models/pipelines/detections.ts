/**
 * Outputs of detectors of every family for the same scene of six candidates, and the objects that
 * must be found in them.
 */
import type { DetectParameters } from "../../../models/manifest/detect.ts";
import type { Tensor } from "../../../models/tensor.ts";
import type { FoundObject } from "../../../protocol/messages/finding.ts";
import { tensor } from "../onnx/graph_model.ts";
import { DETECT_COMMON } from "./models.ts";

/**
 * A picture of 128x64, which is letterboxed into the input of 64x64 at half its size, 16 pixels
 * down.
 */
export const PICTURE_SIZE = { width: 128, height: 64 };

/** A candidate: centre and size in pixels of the input, then the scores of the two classes. */
interface Seen {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly scores: readonly [number, number];
}

/**
 * In order: a dog; nearly the same dog again; a cat in the same place; a cat elsewhere; an object
 * below the score limit; an object in the grey bar of the letterbox.
 */
const SEEN: readonly Seen[] = [
  { x: 20, y: 26, width: 20, height: 10, scores: [0.1, 0.75] },
  { x: 20.5, y: 26, width: 20, height: 10, scores: [0.1, 0.5] },
  { x: 20, y: 26, width: 20, height: 10, scores: [0.625, 0.2] },
  { x: 48, y: 40, width: 16, height: 8, scores: [0.875, 0.1] },
  { x: 48, y: 24, width: 8, height: 8, scores: [0.1, 0.2] },
  { x: 30, y: 6, width: 8, height: 8, scores: [0.9, 0.1] },
];

const CAT: FoundObject = { box: { x: 80, y: 40, width: 32, height: 16 }, label: "cat", index: 0, score: 0.875 };
const DOG: FoundObject = { box: { x: 20, y: 10, width: 40, height: 20 }, label: "dog", index: 1, score: 0.75 };
const OTHER_CAT: FoundObject = { ...DOG, label: "cat", index: 0, score: 0.625 };

/**
 * Objects that must be found if only boxes of the same class suppress each other, and if all boxes
 * do.
 */
export const FOUND = { same_class: [CAT, DOG, OTHER_CAT], any_class: [CAT, DOG] };

const COUNT = SEEN.length;

function logit(share: number): number {
  return Math.log(share / (1 - share));
}

function corners({ x, y, width, height }: Seen): [number, number, number, number] {
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

function centre({ x, y, width, height }: Seen): number[] {
  return [x, y, width, height];
}

/**
 * Cells in YOLOX's grids of 4x4 (stride 16) and 2x2 (stride 32), one a candidate; no two candidates
 * share a cell.
 */
const CELLS = [
  { stride: 16, column: 1, row: 1 },
  { stride: 16, column: 0, row: 1 },
  { stride: 32, column: 0, row: 0 },
  { stride: 32, column: 1, row: 1 },
  { stride: 16, column: 3, row: 1 },
  { stride: 16, column: 2, row: 0 },
];

/** Objectness of every row. It is multiplied with the class scores, so these are divided by it. */
const OBJECTNESS = 0.9375;

function yoloxRows(): number[] {
  const rows = Array.from({ length: 16 + 4 }, () => [0, 0, 0, 0, 0.001, 0.5, 0.5]);
  SEEN.forEach(({ x, y, width, height, scores }, at) => {
    const { stride, column, row } = CELLS[at];
    const index = stride === 16 ? row * 4 + column : 16 + row * 2 + column;
    const offsets = [x / stride - column, y / stride - row, Math.log(width / stride), Math.log(height / stride)];
    rows[index] = [...offsets, OBJECTNESS, ...scores.map((score) => score / OBJECTNESS)];
  });
  return rows.flat();
}

function yolov5Rows(scale: number): number[] {
  return SEEN.flatMap((seen) => [
    ...centre(seen).map((value) => value * scale),
    OBJECTNESS,
    ...seen.scores.map((score) => score / OBJECTNESS),
  ]);
}

function yolov8Columns(score: (share: number) => number): number[] {
  const columns = SEEN.map((seen) => [...centre(seen), ...seen.scores.map(score)]);
  return columns[0].flatMap((_, row) => columns.map((column) => column[row]));
}

const ssdScores = SEEN.flatMap(({ scores }) => [0.05, ...scores]);
const bestScores = SEEN.map(({ scores }) => Math.max(...scores));
const bestClasses = SEEN.map(({ scores }) => scores.indexOf(Math.max(...scores)));

/** A detector: its declaration in a manifest and the outputs of its model file. */
export interface Detector {
  readonly what: string;
  readonly parameters: DetectParameters;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Index of the first class: 1 if the background class comes before the others. */
  readonly firstIndex?: number;
}

export const DETECTORS: readonly Detector[] = [
  {
    what: "yolox, grids of two strides",
    parameters: { ...DETECT_COMMON, decode: "yolox", output: "output", strides: [16, 32], activation: "none" },
    outputs: { output: tensor([1, 20, 7], yoloxRows()) },
  },
  {
    what: "yolov5, pixels",
    parameters: {
      ...DETECT_COMMON,
      decode: "yolov5",
      output: "output0",
      form: "cxcywh",
      unit: "pixels",
      activation: "none",
    },
    outputs: { output0: tensor([1, COUNT, 7], yolov5Rows(1)) },
  },
  {
    what: "yolov5, 0..1",
    parameters: {
      ...DETECT_COMMON,
      decode: "yolov5",
      output: "output0",
      form: "cxcywh",
      unit: "normalised",
      activation: "none",
    },
    outputs: { output0: tensor([1, COUNT, 7], yolov5Rows(1 / 64)) },
  },
  {
    what: "yolov8",
    parameters: {
      ...DETECT_COMMON,
      decode: "yolov8",
      output: "output0",
      form: "cxcywh",
      unit: "pixels",
      activation: "none",
    },
    outputs: { output0: tensor([1, 6, COUNT], yolov8Columns((share) => share)) },
  },
  {
    what: "yolov8, before the sigmoid",
    parameters: {
      ...DETECT_COMMON,
      decode: "yolov8",
      output: "output0",
      form: "cxcywh",
      unit: "pixels",
      activation: "sigmoid",
    },
    outputs: { output0: tensor([1, 6, COUNT], yolov8Columns(logit)) },
  },
  {
    what: "ssd, a score a class and a background",
    parameters: {
      ...DETECT_COMMON,
      decode: "ssd",
      boxes: "boxes",
      scores: "scores",
      classes: null,
      background: 0,
      firstClass: 0,
      form: "xyxy",
      unit: "normalised",
      activation: "none",
      labels: ["nothing", "cat", "dog"],
    },
    outputs: {
      boxes: tensor([1, COUNT, 4], SEEN.flatMap((seen) => corners(seen).map((value) => value / 64))),
      scores: tensor([1, COUNT, 3], ssdScores),
    },
    firstIndex: 1,
  },
  {
    what: "ssd, the classes given, y before x, classes counted from one",
    parameters: {
      ...DETECT_COMMON,
      decode: "ssd",
      boxes: "boxes",
      scores: "scores",
      classes: "classes",
      background: null,
      firstClass: 1,
      form: "yxyx",
      unit: "pixels",
      activation: "none",
    },
    outputs: {
      boxes: tensor(
        [COUNT, 4],
        SEEN.flatMap((seen) => {
          const [left, top, right, bottom] = corners(seen);
          return [top, left, bottom, right];
        }),
      ),
      scores: tensor([COUNT], bestScores),
      classes: tensor([COUNT], bestClasses.map((index) => index + 1), "int64"),
    },
  },
];

/** Ultraface has a single class, so only the best of overlapping candidates is found. */
export const ULTRAFACE: Detector = {
  what: "ultraface",
  parameters: { ...DETECT_COMMON, decode: "ultraface", boxes: "boxes", scores: "scores", labels: ["face"] },
  outputs: {
    boxes: tensor([1, COUNT, 4], SEEN.flatMap((seen) => corners(seen).map((value) => value / 64))),
    scores: tensor([1, COUNT, 2], bestScores.flatMap((score) => [1 - score, score])),
  },
};
