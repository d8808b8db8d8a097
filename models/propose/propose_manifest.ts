import type { BlobReference } from "../../protocol/messages/task.ts";
import { type Manifest, manifestSchema } from "../manifest.ts";
import type { OnnxInspection } from "../onnx/inspect.ts";
import { neededOperatorSets } from "../onnx/refuse_unservable.ts";
import { chosenLabels } from "./choose_labels.ts";
import { parametersOf } from "./family_parameters.ts";
import { isNormalisation, NORMALISATION_NAMES, type NormalisationName } from "./normalisation.ts";
import { type FamilyName, guessFamily, isFamilyName, type OutputFamily } from "./output_family.ts";
import { type PictureTensor, pictureTensorOf } from "./picture_tensor.ts";
import { parseAs } from "../../protocol/schema.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

const MIB = 1024 * 1024;
/** Of a worker with an engine and a picture in hand, and of each byte of a model file: its copy in the engine, and what it computes. */
const WORKER_BYTES = 128 * MIB;
const PER_FILE_BYTE = 4;
/** Of inputs that take any size: what detectors, and what others, are usually given. */
const USUAL_SIDE = { detect: 640, whole: 224 } as const;
const SIDE_MAX = 4_096;

/** What only people know, as far as they have said it. */
export interface Answers {
  readonly task?: FamilyName;
  readonly size?: { readonly width: number; readonly height: number };
  readonly normalisation?: NormalisationName;
  readonly channels?: "RGB" | "BGR";
}

/** Something that the file does not say. */
export interface Question {
  readonly key: keyof Answers;
  readonly text: string;
  /** What may be answered; empty where it is free. */
  readonly choices: readonly string[];
  /** What is taken when nobody answers. */
  readonly fallback: string;
}

/** What is known beside the file. */
export interface ProposalFacts {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  readonly license: string;
  /** The file as it is taken in. */
  readonly file: BlobReference;
  /** Of this build: the oldest that is sure to serve the manifest. */
  readonly dml: string;
  /** Of a file that people gave; null for none. */
  readonly labels: readonly string[] | null;
  readonly answers: Answers;
}

/** A manifest that fits an ONNX file, why, and what is still a guess. */
export interface Proposal {
  readonly manifest: Manifest;
  /** Sentences, for people. */
  readonly reasons: readonly string[];
  /** Without those that `answers` has answered. */
  readonly questions: readonly Question[];
}

/**
 * Proposes how dml is to serve an ONNX file: its task, how a picture gets into its input, and how its output is read.
 * What the file does not say is guessed by what is usual and named among the questions. Pure: the same file and facts give
 * the same proposal. Throws `model_invalid` when an answer or the labels do not fit the file.
 */
export function proposeManifest(inspection: OnnxInspection, facts: ProposalFacts): Proposal {
  const { answers, name, version, description, license, file, dml } = facts;
  const picture = pictureTensorOf(inspection.inputs);
  const guess = guessFamily(inspection, picture);
  const possible = [guess.family, ...guess.others];
  const family = familyFor(possible, answers.task ?? namedBy(possible, facts.labels));
  const sized = picture && { ...picture, ...sizeOf(picture, { family, answers }) };
  const labels = chosenLabels(family, { given: facts.labels, metadata: inspection.metadata });
  const { task, usual } = parametersOf(family, { inspection, picture: sized, labels: labels.labels, answers });
  const manifest = parseAs(manifestSchema, {
    schema: 1,
    name,
    version,
    description,
    license,
    files: [{ role: "model", ...file }],
    requirements: {
      engine: "wasm",
      memoryBytes: Math.ceil((WORKER_BYTES + PER_FILE_BYTE * file.size) / MIB) * MIB,
      dml,
      operatorSets: neededOperatorSets(inspection),
    },
    ...task,
  }, { what: "The manifest for this file", code: "model_invalid" });
  const reasons = [`${capitalised(family.kind)}, because ${guess.why}.`, ...labels.reasons];
  const questions = [
    ...taskQuestion(possible, family, answers),
    ...(picture === null ? [] : pictureQuestions(picture, { family, answers, usual })),
  ];
  return { manifest, reasons, questions };
}

/** What `text` says to the question `key`. Throws `usage`. */
export function answerOf(key: keyof Answers, text: string): Answers {
  const said = text.trim();
  switch (key) {
    case "task":
      if (isFamilyName(said)) return { task: said };
      throw new DmlError("usage", `There is no task ${JSON.stringify(text)}.`);
    case "size": {
      const [, width, height = width] = /^(\d{1,4})(?:x(\d{1,4}))?$/.exec(said) ?? [];
      const size = { width: Number(width), height: Number(height) };
      if (size.width >= 1 && size.height >= 1 && size.width <= SIDE_MAX && size.height <= SIDE_MAX) return { size };
      throw new DmlError("usage", `A size is WIDTHxHEIGHT in pixels, up to ${SIDE_MAX}, not ${JSON.stringify(text)}.`);
    }
    case "normalisation":
      if (isNormalisation(said)) return { normalisation: said };
      throw new DmlError("usage", `The normalisation is one of ${NORMALISATION_NAMES.join(", ")}.`);
    case "channels":
      if (said === "RGB" || said === "BGR") return { channels: said };
      throw new DmlError("usage", "The order of the channels is RGB or BGR.");
  }
}

function familyFor(possible: readonly OutputFamily[], wanted: FamilyName | undefined): OutputFamily {
  if (wanted === undefined) return possible[0];
  const found = possible.find(({ kind }) => kind === wanted);
  if (found !== undefined) return found;
  const names = [...new Set(possible.map(({ kind }) => kind))].join(", ");
  throw new DmlError(
    "model_invalid",
    `The outputs of this file cannot be read as ${wanted}; they can as ${names}.`,
  );
}

function sizeOf(
  { width, height }: PictureTensor,
  { family, answers }: { family: OutputFamily; answers: Answers },
): { width: number; height: number } {
  const isWhole = family.kind === "classify" || family.kind === "embed";
  const side = isWhole ? USUAL_SIDE.whole : USUAL_SIDE.detect;
  const { size } = answers;
  if (size !== undefined && (size.width !== (width ?? size.width) || size.height !== (height ?? size.height))) {
    throw new DmlError(
      "model_invalid",
      `The input of this file is ${width}x${height}, not ${size.width}x${size.height}.`,
    );
  }
  return { width: width ?? size?.width ?? height ?? side, height: height ?? size?.height ?? width ?? side };
}

/** As many labels as numbers come out are the names of classes, however much the rest looks like an embedding. */
function namedBy(possible: readonly OutputFamily[], labels: readonly string[] | null): FamilyName | undefined {
  return possible.find((family) => family.kind === "classify" && family.classCount === labels?.length)?.kind;
}

function taskQuestion(possible: readonly OutputFamily[], family: OutputFamily, { task }: Answers): Question[] {
  const choices = [...new Set(possible.map(({ kind }) => kind))];
  if (choices.length < 2 || task !== undefined) return [];
  return [{ key: "task", text: "How are its outputs to be read?", choices, fallback: family.kind }];
}

function pictureQuestions(
  picture: PictureTensor,
  { family, answers, usual }: {
    family: OutputFamily;
    answers: Answers;
    usual: { readonly normalisation: NormalisationName; readonly channels: "RGB" | "BGR" };
  },
): Question[] {
  const questions: Question[] = [];
  const { width, height, channelCount, type } = picture;
  if (answers.size === undefined && (width === null || height === null)) {
    const { width, height } = sizeOf(picture, { family, answers });
    const text = "It takes pictures of any size. Which, in pixels?";
    questions.push({ key: "size", text, choices: [], fallback: `${width}x${height}` });
  }
  if (answers.normalisation === undefined && type === "float32") {
    const text = "What were the samples (0..255) brought to when it was trained?";
    questions.push({ key: "normalisation", text, choices: NORMALISATION_NAMES, fallback: usual.normalisation });
  }
  if (answers.channels === undefined && channelCount === 3) {
    const text = "In which order does it want the channels? (OpenCV has BGR.)";
    questions.push({ key: "channels", text, choices: ["RGB", "BGR"], fallback: usual.channels });
  }
  return questions;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
