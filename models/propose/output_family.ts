import type { OnnxInspection } from "../onnx/inspect.ts";
import type { DeclaredTensor } from "../onnx/value_info.ts";
import { faceDetectorOf } from "./face_outputs.ts";
import type { PictureTensor } from "./picture_tensor.ts";

/** The kinds of outputs that a file may have. */
export type OutputFamily =
  | { readonly kind: "classify"; readonly output: string; readonly classCount: number }
  | { readonly kind: "embed"; readonly output: string }
  | { readonly kind: "yolox" | "yolov5" | "yolov8"; readonly output: string; readonly classCount: number | null }
  | { readonly kind: "ultraface"; readonly boxes: string; readonly scores: string }
  | {
    readonly kind: "ssd";
    readonly boxes: string;
    readonly scores: string;
    readonly classes: string | null;
    readonly classCount: number | null;
  }
  | { readonly kind: "tensor" };

export type FamilyName = OutputFamily["kind"];
const FAMILY_NAMES: readonly string[] = [
  "classify",
  "embed",
  "yolox",
  "yolov5",
  "yolov8",
  "ultraface",
  "ssd",
  "tensor",
] satisfies FamilyName[];

/** Returns true if `text` names a family. */
export function isFamilyName(text: string): text is FamilyName {
  return FAMILY_NAMES.includes(text);
}

/** A guess at the family, with the alternatives and the reasons for it. */
export interface FamilyGuess {
  readonly family: OutputFamily;
  /** Alternatives in the order in which they are offered; empty if there is no doubt. */
  readonly others: readonly OutputFamily[];
  readonly why: string;
}

/** The strides of the grids of one-stage detectors. */
export const STRIDES = [8, 16, 32] as const;
const ANCHORS_PER_CELL = 3;
/** Usual lengths of embeddings, which are rarely numbers of classes. */
const EMBEDDING_LENGTHS: ReadonlySet<number> = new Set([64, 128, 192, 256, 384, 512, 768, 1_024, 1_280, 1_536, 2_048]);
const EMBEDDING_NAME = /embed|feature|vector|descriptor/i;

/**
 * Guesses the family from the names and shapes of the outputs; `picture` is `null` if no picture
 * goes in.
 */
export function guessFamily(
  { outputs, metadata }: Pick<OnnxInspection, "outputs" | "metadata">,
  picture: PictureTensor | null,
): FamilyGuess {
  const tensor: OutputFamily = { kind: "tensor" };
  if (picture === null) return { family: tensor, others: [], why: "the input is not a single picture" };
  const face = faceDetectorOf(outputs);
  if (face !== null) {
    const why = `its outputs are those of the face detector ${face}, which only a \`faces\` model decodes: ` +
      "add a directory with a manifest.json, this file as detect.onnx and an embedder as embed.onnx";
    return { family: tensor, others: [], why };
  }
  const pair = boxesAndScores(outputs);
  if (pair !== null) return pair;
  if (outputs.length >= 1) {
    const [first] = outputs;
    const dims = first.dims?.slice(1) ?? [];
    const long = dims.filter((dim) => dim !== 1);
    if (first.dims?.length === 3 && outputs.length === 1) return oneStage(first, picture, metadata);
    if (first.type === "float32" && long.length === 1 && typeof long[0] === "number") {
      return wholePicture(first, long[0], outputs.length);
    }
  }
  return { family: tensor, others: [], why: "its outputs have a shape that dml does not decode" };
}

function wholePicture({ name: output }: DeclaredTensor, count: number, outputCount: number): FamilyGuess {
  const classify: OutputFamily = { kind: "classify", output, classCount: count };
  const embed: OutputFamily = { kind: "embed", output };
  const tensor: OutputFamily = { kind: "tensor" };
  const more = outputCount > 1 ? `, the first of ${outputCount} outputs,` : "";
  if (EMBEDDING_NAME.test(output) || EMBEDDING_LENGTHS.has(count)) {
    return { family: embed, others: [classify, tensor], why: `${output}${more} has ${count} numbers` };
  }
  return { family: classify, others: [embed, tensor], why: `${output}${more} has ${count} numbers, one per class` };
}

/**
 * Guesses the family of one output of boxes with a score a class, from the number of boxes and
 * their axis.
 */
function oneStage(
  { name: output, dims, type }: DeclaredTensor,
  { width, height }: PictureTensor,
  metadata: ReadonlyMap<string, string>,
): FamilyGuess {
  const [, rows, columns] = dims ?? [];
  const cells = width === null || height === null
    ? null
    : STRIDES.reduce((sum, stride) => sum + Math.ceil(width / stride) * Math.ceil(height / stride), 0);
  const family = (kind: "yolox" | "yolov5" | "yolov8", length: unknown): OutputFamily => {
    const before = kind === "yolov8" ? 4 : 5;
    const classCount = typeof length === "number" && length > before ? length - before : null;
    return { kind, output, classCount };
  };
  const tensor: OutputFamily = { kind: "tensor" };
  if (type !== "float32") return { family: tensor, others: [], why: `${output} is of ${type}` };
  const isTurned = typeof rows === "number" && rows > 4 && (typeof columns === "number" ? columns > rows : true) &&
    (cells === null || columns === cells || typeof columns !== "number");
  if (isTurned) {
    return { family: family("yolov8", rows), others: [tensor], why: `${output} has 4 + classes = ${rows} rows` };
  }
  if (typeof columns === "number" && columns > 5) {
    const why = `${output} has ${rows ?? "?"} boxes of 5 + classes = ${columns} numbers`;
    const [five, x] = [family("yolov5", columns), family("yolox", columns)];
    if (cells !== null && rows === cells * ANCHORS_PER_CELL) return { family: five, others: [tensor], why };
    // YOLOX, undecoded, and YOLOv6, decoded like YOLOv5, have as many boxes as cells.
    if (cells !== null && rows === cells) return { family: x, others: [five, tensor], why };
    if (typeof rows !== "number") {
      return { family: metadata.has("stride") ? five : x, others: [five, x, tensor], why };
    }
  }
  return { family: tensor, others: [], why: `${output} has a shape that dml does not decode` };
}

/**
 * Guesses the family of outputs with boxes in one, scores in another, and in a third perhaps the
 * class of each.
 */
function boxesAndScores(outputs: readonly DeclaredTensor[]): FamilyGuess | null {
  const named = (pattern: RegExp) => outputs.find(({ name }) => pattern.test(name));
  const boxes =
    outputs.find(({ dims, name }) => dims?.length === 3 && dims[2] === 4 && !/anchor|landmark/i.test(name)) ??
      named(/(detection_)?boxes/i);
  if (boxes === undefined || outputs.length < 2) return null;
  const scores = outputs.find((other) => other !== boxes && /score|conf|prob/i.test(other.name)) ??
    outputs.find((other) => other !== boxes && other.dims?.length === 3);
  if (scores === undefined) return null;
  const columns = scores.dims?.length === 3 ? scores.dims[2] : null;
  const ssd = (classes: string | null): OutputFamily => ({
    kind: "ssd",
    boxes: boxes.name,
    scores: scores.name,
    classes,
    classCount: typeof columns === "number" ? columns : null,
  });
  const why = `${boxes.name} holds boxes and ${scores.name} their scores`;
  if (columns === 2) {
    const ultraface: OutputFamily = { kind: "ultraface", boxes: boxes.name, scores: scores.name };
    return { family: ultraface, others: [ssd(null), { kind: "tensor" }], why };
  }
  const classes = scores.dims?.length === 3 ? undefined : named(/class|label/i);
  if (scores.dims?.length !== 3 && classes === undefined) return null;
  return { family: ssd(classes?.name ?? null), others: [{ kind: "tensor" }], why };
}
