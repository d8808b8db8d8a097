import { FACES } from "../../../../../models/catalog/faces.ts";
import type { FaceDoubtParameters } from "../../../../../models/manifest/face_doubt.ts";
import { type Manifest, manifestSchema } from "../../../../../models/manifest.ts";
import { createPipeline } from "../../../../../models/pipelines/create_pipeline.ts";
import { EMBED } from "../../../../../models/pipelines/faces/embed.ts";
import { LANDMARKS } from "../../../../../models/pipelines/faces/landmarks.ts";
import type { Pipeline } from "../../../../../models/pipelines/pipeline.ts";
import { assert } from "../../../../assert.ts";
import { FakeSession } from "../../fake_session.ts";
import { FakeDetector, type FakeFace } from "../fake_detector.ts";

/** A tiny classifier: the probability is the score. */
export const DOUBT: FaceDoubtParameters = {
  heightMin: 20,
  bias: 0,
  numbers: [4, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  embedding: new Array(512).fill(0),
  doubtfulBelow: 0.85,
  omittedBelow: 0.75,
};

/**
 * Returns a faces pipeline with this classifier, whose detector finds `facesOf(run)` in its run of
 * that number, from 0 on.
 */
export function doubtingPipeline(
  facesOf: (run: number) => readonly FakeFace[],
  doubt: FaceDoubtParameters | undefined,
): { pipeline: Pipeline; embed: FakeSession } {
  const embed = new FakeSession(EMBED, () => ({ output: new Float32Array(512).fill(1) }));
  let runs = 0;
  const detect = new FakeDetector(() => facesOf(runs++));
  const sessions = { detect, landmarks: new FakeSession(LANDMARKS), embed };
  return { pipeline: createPipeline(manifestWith(doubt), sessions, { nowMs: () => 0 }), embed };
}

function manifestWith(doubt: FaceDoubtParameters | undefined): Manifest {
  const manifest = manifestSchema.parse({ ...FACES.manifest, parameters: { ...FACES.manifest.parameters, doubt } });
  assert(manifest.pipeline === "faces");
  return manifest;
}
