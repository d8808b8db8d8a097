import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { FoundObject } from "../../../protocol/messages/finding.ts";
import type { Box, Size } from "../../image/geometry/geometry.ts";
import { fromFrame, type Placement } from "../../image/geometry/placement.ts";
import type { DetectParameters } from "../../manifest/detect.ts";
import type { Tensor } from "../../tensor.ts";
import { labelOfClass } from "../classes.ts";
import type { Candidate } from "./candidate.ts";
import { decodeSsd } from "./ssd.ts";
import { decodeUltraface } from "./ultraface.ts";
import { decodeYolov5 } from "./yolov5.ts";
import { decodeYolov8 } from "./yolov8.ts";
import { decodeYolox } from "./yolox.ts";
import { suppressOverlaps, suppressOverlapsByClass } from "./nms.ts";
import { PictureModel } from "../picture_model.ts";
import type { PipelineFactory } from "../pipeline.ts";
import { rounded } from "../rounded.ts";
import { isInPicture, wholePixels } from "../whole_pixels.ts";

const SCORE_DECIMALS = 4;
/**
 * Largest number of candidates that are compared with each other; only the best are kept, because
 * the cost grows with the square of their number.
 */
const CANDIDATES_MAX = 10_000;

/** Creates the pipeline that detects objects and their positions. */
export const createDetectPipeline: PipelineFactory<"detect"> = ({ parameters }, sessions, { nowMs }) =>
  new PictureModel(sessions, {
    input: parameters.input,
    outputs: outputsOf(parameters),
    nowMs,
    interpret: ({ outputs, picture, placement }) => ({
      objects: objectsOf(decoded(outputs, parameters), { ...parameters, picture, placement }),
    }),
  });

function outputsOf(parameters: DetectParameters): string[] {
  switch (parameters.decode) {
    case "yolox":
    case "yolov5":
    case "yolov8":
      return [parameters.output];
    case "ssd":
      return [parameters.boxes, parameters.scores, ...(parameters.classes === null ? [] : [parameters.classes])];
    case "ultraface":
      return [parameters.boxes, parameters.scores];
  }
}

/**
 * Decodes a model file's outputs (in the order of {@linkcode outputsOf}) into candidates,
 * overlapping ones included. Throws `model_invalid` if an output has the wrong shape.
 */
function decoded(outputs: readonly Tensor[], parameters: DetectParameters): Candidate[] {
  switch (parameters.decode) {
    case "yolox":
      return decodeYolox(outputs, parameters);
    case "yolov5":
      return decodeYolov5(outputs, parameters);
    case "yolov8":
      return decodeYolov8(outputs, parameters);
    case "ssd":
      return decodeSsd(outputs, parameters);
    case "ultraface":
      return decodeUltraface(outputs, parameters);
  }
}

/**
 * Returns the objects of a picture, best first, at most `LIMITS.objectsMax`, in pixels of the
 * picture. Leaves out candidates that overlap a better one, that lie outside the picture, or whose
 * box is invalid.
 */
export function objectsOf(
  candidates: readonly Candidate[],
  options: Pick<DetectParameters, "overlapMax" | "suppress" | "labels"> & { picture: Size; placement: Placement },
): FoundObject[] {
  const { picture, placement, labels, overlapMax, suppress } = options;
  const visible = best(candidates).map((candidate) => ({ ...candidate, box: inPicture(candidate.box, placement) }))
    .filter(({ box }) => Object.values(box).every(Number.isFinite) && isInPicture(box, picture));
  const limits = { overlapMax, countMax: LIMITS.objectsMax };
  const kept = suppress === "any_class" ? suppressOverlaps(visible, limits) : suppressOverlapsByClass(visible, limits);
  return kept.map(({ box, index, score }) => ({
    box: wholePixels(box, picture),
    label: labelOfClass(labels, index),
    index,
    score: rounded(Math.min(Math.max(score, 0), 1), SCORE_DECIMALS),
  }));
}

function best(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.length <= CANDIDATES_MAX) return candidates;
  return candidates.toSorted((one, other) => other.score - one.score).slice(0, CANDIDATES_MAX);
}

function inPicture(box: Box, placement: Placement): Box {
  const { x, y } = fromFrame(box, placement);
  return { x, y, width: box.width / placement.scaleX, height: box.height / placement.scaleY };
}
