import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Box, Size } from "../../image/geometry/geometry.ts";
import type { DetectParameters } from "../../manifest/detect.ts";
import type { Tensor } from "../../tensor.ts";

/** An object as a model file gives it, before it is compared with others. */
export interface Candidate {
  /** In pixels of the model file's input. */
  readonly box: Box;
  /** Of its class among the model's. */
  readonly index: number;
  readonly score: number;
}

/** How four numbers say a box, and what they count. */
export interface BoxForm {
  readonly form: "xyxy" | "yxyx" | "cxcywh";
  readonly unit: "pixels" | "normalised";
  /** The model file's input. */
  readonly input: Size;
}

/** The box that `numbers` say, in pixels of the input. */
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

/** `model_invalid`: an output is of another shape than its family's. */
export function misshapen(
  { dims }: Pick<Tensor, "dims">,
  { output, decode, wanted }: { output: string; decode: DetectParameters["decode"]; wanted: string },
): DmlError {
  return new DmlError(
    "model_invalid",
    `The output ${output} of the model has the shape ${dims.join("x") || "()"}; decode ${decode} reads ${wanted}.`,
    { advice: "Correct `decode`, the outputs or the labels in the manifest." },
  );
}

/** `dims` without leading ones until `count` are left. */
export function trimmedDims({ dims }: Pick<Tensor, "dims">, count: number): readonly number[] {
  let start = 0;
  while (dims.length - start > count && dims[start] === 1) start++;
  return dims.slice(start);
}
