import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { labelsSchema } from "../manifest/labels.ts";

/** A synset of WordNet in front of its words, as in lists of the ImageNet classes. */
const SYNSET = /^n\d{8}\s+/;

/**
 * Reads the labels in a file, in the order of the classes: one a line; or JSON: a list, an object
 * from index to label, or either of them under `id2label`, `names`, `labels` or `classes`. `what`
 * names the file in errors. Throws `model_invalid`.
 */
export function readLabels(text: string, what: string): string[] {
  const plain = text.replace(/^\ufeff/, "");
  const found = /^\s*[[{]/.test(plain) ? fromJson(plain, what) : fromLines(plain);
  const checked = labelsSchema.safeParse(found.map((label) => label.slice(0, LIMITS.labelCharactersMax)));
  if (checked.success && checked.data.length > 0) return checked.data;
  const fault = found.length === 0
    ? "it holds none"
    : found.length > LIMITS.labelsMax
    ? `it holds more than ${LIMITS.labelsMax}`
    : `the one of class ${found.findIndex((label) => !labelsSchema.safeParse([label]).success)} is no text of one line`;
  throw invalid(`${what} cannot be read as labels: ${fault}.`);
}

/**
 * Reads the note of YOLO exporters, a Python dictionary such as `{0: 'person', 1: "cat's eye"}`;
 * `null` if it is none.
 */
export function labelsOfPython(text: string): string[] | null {
  const labels: string[] = [];
  const entry = /\s*(\d{1,6})\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(?:,|$)/y;
  const inside = /^\s*\{([\s\S]*)\}\s*$/.exec(text)?.[1];
  if (inside === undefined) return null;
  while (entry.lastIndex < inside.length) {
    const match = entry.exec(inside);
    if (match === null) return null;
    if (Number(match[1]) !== labels.length) return null;
    labels.push((match[2] ?? match[3]).replace(/\\(.)/g, "$1"));
  }
  return labelsSchema.safeParse(labels).success && labels.length > 0 ? labels : null;
}

function fromLines(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.length > 0 && lines[lines.length - 1] === "") lines.pop();
  return lines.map((line) => line.replace(SYNSET, ""));
}

function fromJson(text: string, what: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(`${what} cannot be read as labels: it begins like JSON and is none.`, cause);
  }
  if (!isObject(value)) return listOf(value, what);
  for (const key of ["id2label", "names", "labels", "classes"]) {
    if (Object.hasOwn(value, key)) return listOf(value[key], what);
  }
  return listOf(value, what);
}

function listOf(value: unknown, what: string): string[] {
  const entries = Array.isArray(value) ? value : isObject(value) ? inOrder(value, what) : [];
  return entries.map((entry: unknown) => {
    if (typeof entry === "string") return entry.replace(SYNSET, "").trim();
    // The form of Keras: ["n01440764", "tench"].
    if (Array.isArray(entry) && typeof entry[1] === "string") return entry[1];
    throw invalid(`${what} cannot be read as labels: it holds ${JSON.stringify(entry)?.slice(0, 60)}.`);
  });
}

function inOrder(value: Readonly<Record<string, unknown>>, what: string): unknown[] {
  const keys = Object.keys(value);
  return keys.map((_, index) => {
    if (Object.hasOwn(value, String(index))) return value[String(index)];
    throw invalid(`${what} cannot be read as labels: there is none of class ${index}.`);
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(message: string, cause?: unknown): DmlError {
  const advice = "Give one label a line, in the order of the model's classes.";
  return new DmlError("model_invalid", message, { cause, advice });
}
