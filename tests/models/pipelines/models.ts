/** Manifests for every task over small model files, for tests. */
import type { DetectParameters } from "../../../models/manifest/detect.ts";
import type { PictureInput } from "../../../models/manifest/picture_input.ts";
import { type Manifest, manifestSchema } from "../../../models/manifest.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";

/** The 64x64 input of the small model files. */
export const INPUT: PictureInput = {
  tensor: "images",
  width: 64,
  height: 64,
  layout: "NCHW",
  channels: "RGB",
  type: "float32",
  resize: { mode: "letterbox", colour: [114, 114, 114], place: "centre" },
  scale: 1 / 255,
  mean: [0],
  std: [1],
};

export const LABELS = ["cat", "dog"];

type Task = Extract<Manifest["pipeline"], "classify" | "detect" | "embed" | "tensor">;
type Parameters<Name extends Task> = Extract<Manifest, { pipeline: Name }>["parameters"];

/** Returns a valid manifest with one model file, in the role `model`. */
export function manifestOf<Name extends Task>(
  pipeline: Name,
  parameters: Parameters<Name>,
  session: Uint8Array = new Uint8Array(),
): Extract<Manifest, { pipeline: Name }> {
  return manifestSchema.parse({
    schema: 1,
    name: `small-${pipeline}`,
    version: 1,
    description: "A small one.",
    license: "MIT",
    pipeline,
    parameters,
    files: [{ role: "model", digest: digestOf(session), size: session.length }],
    requirements: { engine: "wasm", memoryBytes: 0 },
  }) as Extract<Manifest, { pipeline: Name }>;
}

/** Parameters that every family of `detect` shares in the tests. */
export const DETECT_COMMON = {
  input: INPUT,
  scoreMin: 0.25,
  overlapMax: 0.45,
  suppress: "same_class",
  labels: LABELS,
} as const satisfies Partial<DetectParameters>;
