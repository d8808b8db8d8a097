import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Box, Size } from "../../image/geometry/geometry.ts";
import type { DetectParameters } from "../../manifest/detect.ts";
import type { Tensor } from "../../tensor.ts";

/** An object as the model file returns it, before overlapping ones are suppressed. */
export interface Candidate {
  /** Box in pixels of the model file's input. */
  readonly box: Box;
  /** Index of its class among the model's classes. */
  readonly index: number;
  readonly score: number;
}

/** Encoding of a box in four numbers, and their unit. */
export interface BoxForm {
  readonly form: "xyxy" | "yxyx" | "cxcywh";
  readonly unit: "pixels" | "normalised";
  /** Size of the model file's input, in pixels. */
  readonly input: Size;
}

/** Decodes `numbers` into a box, in pixels of the input. */
export function boxOf(
  numbers: readonly [number, number, number, number],
  { form, unit, input }: BoxForm,
): Box {
  const [first, second, third, fourth] = numbers;
  const across = unit === "pixels" ? 1 : input.width;
  const down = unit === "pixels" ? 1 : input.height;
  switch (form) {
    case "xyxy":
      return { x: first * across, y: second * down, width: (third - first) * across, height: (fourth - second) * down };
    case "yxyx":
      return { x: second * across, y: first * down, width: (fourth - second) * across, height: (third - first) * down };
    case "cxcywh": {
      const [width, height] = [third * across, fourth * down];
      return { x: first * across - width / 2, y: second * down - height / 2, width, height };
    }
  }
}

/** Creates the error `model_invalid` for an output whose shape is not that of its family. */
export function shapeError(
  { dims }: Pick<Tensor, "dims">,
  { output, decode, wanted }: { output: string; decode: DetectParameters["decode"]; wanted: string },
): DmlError {
  return new DmlError(
    "model_invalid",
    `The output ${output} of the model has the shape ${dims.join("x") || "()"}; decode ${decode} reads ${wanted}.`,
    { advice: "Correct `decode`, the outputs or the labels in the manifest." },
  );
}

/** Removes leading ones from `dims` until `count` dimensions are left. */
export function trimmedDims({ dims }: Pick<Tensor, "dims">, count: number): readonly number[] {
  let start = 0;
  while (dims.length - start > count && dims[start] === 1) start++;
  return dims.slice(start);
}
