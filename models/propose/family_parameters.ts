import type { OnnxInspection } from "../onnx/inspect.ts";
import type { DeclaredTensor } from "../onnx/value_info.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Answers } from "./answers.ts";
import { type NormalisationName, normalisationOf } from "./normalisation.ts";
import { type FamilyName, type OutputFamily, STRIDES } from "./output_family.ts";
import type { PictureTensor } from "./picture_tensor.ts";

/** The facts that {@linkcode parametersOf} works from. */
export interface ParametersOptions {
  readonly inspection: OnnxInspection;
  /** The picture input with its size; `null` if no picture goes in. */
  readonly picture: (PictureTensor & { readonly width: number; readonly height: number }) | null;
  readonly labels: readonly string[];
  readonly answers: Answers;
}

/** The usual treatment of a family's input. */
interface Usual {
  readonly normalisation: NormalisationName;
  readonly channels: "RGB" | "BGR";
  readonly resize: Readonly<Record<string, unknown>> & { readonly mode: string };
}

const GREY_114 = [114, 114, 114];
const CROP = { mode: "crop", share: 0.875 } as const;

/** The treatment of pictures in the code of each family's authors. */
const USUAL: Readonly<Record<FamilyName, Usual>> = {
  classify: { normalisation: "imagenet", channels: "RGB", resize: CROP },
  embed: { normalisation: "symmetric", channels: "RGB", resize: CROP },
  yolox: {
    normalisation: "none",
    channels: "BGR",
    resize: { mode: "letterbox", colour: GREY_114, place: "top_left" },
  },
  yolov5: {
    normalisation: "unit",
    channels: "RGB",
    resize: { mode: "letterbox", colour: GREY_114, place: "centre" },
  },
  yolov8: {
    normalisation: "unit",
    channels: "RGB",
    resize: { mode: "letterbox", colour: GREY_114, place: "centre" },
  },
  ultraface: { normalisation: "around_127", channels: "RGB", resize: { mode: "stretch" } },
  ssd: { normalisation: "symmetric", channels: "RGB", resize: { mode: "stretch" } },
  tensor: { normalisation: "unit", channels: "RGB", resize: { mode: "stretch" } },
};
const DETECT = { scoreMin: 0.3, overlapMax: 0.5, suppress: "same_class" } as const;
const FACES = { scoreMin: 0.7, overlapMax: 0.4, suppress: "same_class" } as const;
const TOP_K = 5;

/**
 * Returns the part of a manifest that describes a family's file, still to be checked by the schema,
 * and the settings that were assumed because they are usual.
 */
export function parametersOf(
  family: OutputFamily,
  options: ParametersOptions,
): { task: { pipeline: string; parameters: Record<string, unknown> }; usual: Usual } {
  const { picture, labels, answers, inspection } = options;
  const usual = USUAL[family.kind];
  const input = picture && pictureInput(picture, { usual, answers });
  if (family.kind === "tensor") return { usual, task: { pipeline: "tensor", parameters: tensorOf(inspection, input) } };
  const { kind, ...outputs } = family;
  const activation = (output: string) => activationOf(inspection, output, kind);
  switch (family.kind) {
    case "classify": {
      const parameters = {
        input,
        output: family.output,
        activation: activation(family.output),
        topK: TOP_K,
        scoreMin: 0,
      };
      return { usual, task: { pipeline: "classify", parameters: { ...parameters, labels } } };
    }
    case "embed":
      return { usual, task: { pipeline: "embed", parameters: { input, output: family.output, normalise: true } } };
    case "ultraface":
      return { usual, task: detect({ decode: kind, ...FACES, ...outputs, input, labels }) };
    case "ssd": {
      const { classes, scores, boxes } = family;
      const hasClasses = classes !== null;
      // TensorFlow's exports have y first and count from 1; their names give them away.
      const isTensorFlow = /^detection_/.test(boxes);
      const background = hasClasses || labels[0] !== "background" ? null : 0;
      const form = { form: isTensorFlow ? "yxyx" : "xyxy", unit: "normalised", firstClass: isTensorFlow ? 1 : 0 };
      const parameters = { boxes, scores, classes, background, ...form, activation: activation(scores) };
      return { usual, task: detect({ decode: kind, ...DETECT, ...parameters, input, labels }) };
    }
    case "yolox": {
      const parameters = { output: family.output, strides: [...STRIDES], activation: activation(family.output) };
      return { usual, task: detect({ decode: kind, ...DETECT, ...parameters, input, labels }) };
    }
    default: {
      const parameters = {
        output: family.output,
        form: "cxcywh",
        unit: "pixels",
        activation: activation(family.output),
      };
      return { usual, task: detect({ decode: kind, ...DETECT, ...parameters, input, labels }) };
    }
  }
}

function detect(parameters: Record<string, unknown>): { pipeline: string; parameters: Record<string, unknown> } {
  return { pipeline: "detect", parameters };
}

function pictureInput(
  picture: PictureTensor & { width: number; height: number },
  { usual, answers }: { usual: Usual; answers: Answers },
): Record<string, unknown> {
  const { tensor, type, layout, channelCount, width, height } = picture;
  const normalisation = type === "uint8" ? "none" : answers.normalisation ?? usual.normalisation;
  return {
    tensor,
    width,
    height,
    layout,
    type,
    channels: channelCount === 1 ? "grey" : answers.channels ?? usual.channels,
    resize: usual.resize,
    ...normalisationOf(normalisation, channelCount),
  };
}

/**
 * Returns the activation that is left to do: a file may end with it, and detectors export their
 * scores ready.
 */
function activationOf({ lastOperators }: OnnxInspection, output: string, kind: FamilyName): string {
  if (kind !== "classify") return "none";
  const last = lastOperators.get(output);
  return last === "Softmax" || last === "Sigmoid" ? "none" : "softmax";
}

function tensorOf(
  { inputs, outputs }: OnnxInspection,
  picture: Record<string, unknown> | null,
): Record<string, unknown> {
  return { picture, inputs: inputs.map(rawInputOf), outputs: outputs.map(({ name }) => name) };
}

function rawInputOf({ name: tensor, type, dims }: DeclaredTensor): Record<string, unknown> {
  if (dims === null) {
    throw new DmlError("model_invalid", `The file does not say how many axes its input ${tensor} has.`, {
      advice: "Export it with the shapes of its inputs.",
    });
  }
  return { tensor, type, dims: dims.map((dim) => typeof dim === "number" ? dim : -1) };
}
