import type { FaceDetectorParameters } from "../../../manifest/face_files.ts";
import type { FacesParameters } from "../../../manifest/faces.ts";
import type { ModelSessions } from "../../pipeline.ts";
import type { DetectorFamily } from "./detector_family.ts";
import type { FaceDetector } from "./face_detector.ts";
import { RETINAFACE } from "./retinaface.ts";
import { SCRFD } from "./scrfd.ts";
import { SinglePassDetector } from "./single_pass.ts";
import { UltraFace } from "./ultraface.ts";
import { YUNET } from "./yunet.ts";

const FAMILIES = { yunet: YUNET, scrfd: SCRFD, retinaface: RETINAFACE } satisfies Readonly<
  Record<Exclude<FaceDetectorParameters["family"], "ultraface">, DetectorFamily>
>;

/**
 * Creates the detector that the manifest describes; if `hasPoints` is true, it returns the five
 * points of each face. Throws `model_invalid` if the model file does not fit it.
 */
export function createFaceDetector(
  sessions: ModelSessions,
  { parameters, hasPoints }: { parameters: FacesParameters; hasPoints: boolean },
): FaceDetector {
  const { detector = { family: "ultraface" }, scoreMin, overlapMax } = parameters;
  if (detector.family === "ultraface") return new UltraFace(sessions, parameters);
  const family = FAMILIES[detector.family];
  return new SinglePassDetector(sessions, { family, input: detector.input, scoreMin, overlapMax, hasPoints });
}
