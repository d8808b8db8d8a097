import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { FacesParameters } from "../../manifest/faces.ts";
import type { ModelSessions } from "../pipeline.ts";
import { LANDMARKS } from "./landmarks.ts";

/**
 * Returns the source of the five points: the one that the manifest names, else the landmark model
 * file if there is one, else the detector. Throws `model_invalid` if that source has no points.
 */
export function pointsSourceOf(
  { points, detector }: Pick<FacesParameters, "points" | "detector">,
  sessions: ModelSessions,
): "landmarks" | "detector" {
  const hasFile = Object.hasOwn(sessions, LANDMARKS.role);
  const source = points ?? (hasFile ? "landmarks" : "detector");
  const family = detector?.family ?? "ultraface";
  if (source === "landmarks" && !hasFile) {
    throw new DmlError("model_invalid", `The model has no model file ${LANDMARKS.role}, which \`points\` names.`, {
      advice: "Add the file, or set `points` to detector if the detector returns the five points.",
    });
  }
  if (source === "landmarks" || family !== "ultraface") return source;
  throw new DmlError(
    "model_invalid",
    hasFile
      ? `The detector ${family} returns no points, but \`points\` is detector.`
      : `The model has no model file ${LANDMARKS.role}, and the detector ${family} returns no points.`,
    { advice: `Add the model file ${LANDMARKS.role}, or use a detector of another family.` },
  );
}
