import type { BlobReference } from "../../protocol/messages/task.ts";
import { type Manifest, manifestSchema } from "../manifest.ts";
import type { OnnxInspection } from "../onnx/inspect.ts";
import { neededOperatorSets } from "../onnx/refuse_unservable.ts";
import type { Answers } from "./answers.ts";
import { chosenLabels } from "./choose_labels.ts";
import { parametersOf } from "./family_parameters.ts";
import { NORMALISATION_NAMES, type NormalisationName } from "./normalisation.ts";
import { type FamilyName, guessFamily, type OutputFamily } from "./output_family.ts";
import { type PictureTensor, pictureTensorOf } from "./picture_tensor.ts";
import { parseAs } from "../../protocol/schema.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

const MIB = 1024 * 1024;
/** Memory of a worker with an engine and one picture. */
const WORKER_BYTES = 128 * MIB;
/**
 * Bytes of memory for each byte of a model file: its copy in the engine, and intermediate results.
 */
const PER_FILE_BYTE = 4;
/** Usual side of an input that takes any size, in pixels: of detectors, and of other tasks. */
const USUAL_SIDE = { detect: 640, whole: 224 } as const;

/** A fact that the file does not state and the user is asked for. */
export interface Question {
  readonly key: keyof Answers;
  readonly text: string;
  /** Possible answers; empty if any text is taken. */
  readonly choices: readonly string[];
  /** Answer that is used if the user gives none. */
  readonly fallback: string;
}

/** Facts from outside the file. */
export interface ProposalFacts {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  readonly license: string;
  /** The file as it is stored. */
  readonly file: BlobReference;
  /** Version of this build; older ones may not support the manifest. */
  readonly dml: string;
  /** Labels from a file that the user named; `null` if none was named. */
  readonly labels: readonly string[] | null;
  readonly answers: Answers;
}

/** A manifest that fits an ONNX file, with its reasons and its guesses. */
export interface Proposal {
  readonly manifest: Manifest;
  /** Reasons for the choices in the manifest, as sentences. */
  readonly reasons: readonly string[];
  /** Guesses that `answers` does not confirm yet. */
  readonly questions: readonly Question[];
}

/**
 * Proposes a manifest for an ONNX file: its task, the preparation of pictures for its input, and
 * the decoding of its output. A fact that the file does not state is guessed from common practice
 * and listed among the questions. Pure: the same file and facts give the same proposal. Throws
 * `model_invalid` if an answer or the labels do not fit the file.
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

/** Returns `classify` if there are as many labels as outputs, even for a likely embedder. */
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
    const text = "How were the samples (0..255) normalised in training?";
    questions.push({ key: "normalisation", text, choices: NORMALISATION_NAMES, fallback: usual.normalisation });
  }
  if (answers.channels === undefined && channelCount === 3) {
    const text = "Which channel order does the model expect? (OpenCV uses BGR.)";
    questions.push({ key: "channels", text, choices: ["RGB", "BGR"], fallback: usual.channels });
  }
  return questions;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
