import type { TensorValue } from "../../protocol/messages/finding.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import { boxText } from "./box_text.ts";
import { type Column, printable } from "../terminal/render.ts";

/** Maximum number of classes of a picture, and of numbers of a vector, that a table shows. */
const CLASSES_MAX = 5;
const NUMBERS_MAX = 4;

/** Findings of a model that does not look for persons, as rows of a table. */
export interface FindingTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** Noun and number for the summary at the end; `null` if there is nothing to count. */
  readonly counted: { readonly noun: string; readonly count: number } | null;
}

const IMAGE: Column = { title: "image", shrinks: true };

/** Returns the table of one picture; `null` if its model looks for persons. */
export function findingTable(file: string, prediction: Prediction): FindingTable | null {
  const image = printable(file);
  const { labels, objects, embedding, tensors } = prediction;
  if (labels !== undefined) return { ...CLASSES, rows: rowsOfClasses(image, labels) };
  if (objects !== undefined) {
    const counted = { noun: "object", count: objects.length };
    return { columns: OBJECTS, rows: rowsOfObjects(image, objects), counted };
  }
  if (embedding !== undefined) return { ...VECTORS, rows: [[image, `${embedding.length}`, beginning(embedding)]] };
  if (tensors !== undefined) return { ...TENSORS, rows: tensors.map((tensor) => rowOfTensor(image, tensor)) };
  return null;
}

const CLASSES = {
  columns: [IMAGE, { title: "class" }, { title: "score", align: "right" }],
  counted: null,
} as const satisfies Partial<FindingTable>;

const OBJECTS: readonly Column[] = [
  IMAGE,
  { title: "object", align: "right" },
  { title: "box" },
  { title: "score", align: "right" },
  { title: "class" },
];

const VECTORS = {
  columns: [IMAGE, { title: "numbers", align: "right" }, { title: "embedding" }],
  counted: null,
} as const satisfies Partial<FindingTable>;

const TENSORS = {
  columns: [IMAGE, { title: "output" }, { title: "type" }, { title: "shape" }, { title: "numbers" }],
  counted: null,
} as const satisfies Partial<FindingTable>;

function rowsOfClasses(image: string, labels: NonNullable<Prediction["labels"]>): string[][] {
  if (labels.length === 0) return [[image, "none is certain enough", ""]];
  return labels.slice(0, CLASSES_MAX).map(({ label, score }) => [image, printable(label), score.toFixed(3)]);
}

function rowsOfObjects(image: string, objects: NonNullable<Prediction["objects"]>): string[][] {
  if (objects.length === 0) return [[image, "-", "", "", "nothing"]];
  return objects.map(({ box, score, label }, index) => [
    image,
    `${index + 1}`,
    boxText(box),
    score.toFixed(3),
    printable(label),
  ]);
}

function rowOfTensor(image: string, { name, type, dims, data }: TensorValue): string[] {
  return [image, printable(name), type, dims.join("x") || "scalar", beginning(data)];
}

/** Formats the first numbers, such as `0.123 -1.5 0 7 …`. */
function beginning(numbers: readonly (number | null)[]): string {
  const first = numbers.slice(0, NUMBERS_MAX).map((value) => value === null ? "-" : `${Number(value.toPrecision(3))}`);
  return `${first.join(" ")}${numbers.length > NUMBERS_MAX ? " …" : ""}`;
}
