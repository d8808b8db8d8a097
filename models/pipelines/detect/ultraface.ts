import type { DetectFamily } from "../../manifest/detect.ts";
import { floatsOf, type Tensor } from "../../tensor.ts";
import { checkClassCount } from "../classes.ts";
import { boxOf, type Candidate, shapeError } from "./candidate.ts";

/**
 * Decodes the outputs of UltraFace
 * (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB): a single class, whose
 * score is the second of each pair.
 */
export function decodeUltraface(
  [boxes, scores]: readonly Tensor[],
  parameters: DetectFamily<"ultraface">,
): Candidate[] {
  const corners = floatsOf(boxes);
  const pairs = floatsOf(scores);
  if (corners.length % 4 !== 0) {
    throw shapeError(boxes, { output: parameters.boxes, decode: "ultraface", wanted: "1xNx4" });
  }
  if (pairs.length !== corners.length / 2) {
    const wanted = `1x${corners.length / 4}x2 beside its boxes`;
    throw shapeError(scores, { output: parameters.scores, decode: "ultraface", wanted });
  }
  checkClassCount(1, parameters.labels);
  const form = { form: "xyxy", unit: "normalised", input: parameters.input } as const;
  const candidates: Candidate[] = [];
  for (let at = 0, start = 0; start < corners.length; at++, start += 4) {
    const score = pairs[at * 2 + 1];
    if (!(score >= parameters.scoreMin)) continue;
    const box = boxOf([corners[start], corners[start + 1], corners[start + 2], corners[start + 3]], form);
    candidates.push({ box, index: 0, score });
  }
  return candidates;
}
