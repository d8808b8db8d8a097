/**
 * Measures the model files of the face model in the published or in the patched engine. It is a
 * worker because the engine needs a thread of its own.
 */
/// <reference lib="deno.worker" />
import { FACES } from "../../models/catalog/faces.ts";
import { detectSignature } from "../../models/pipelines/faces/detect.ts";
import { EMBED } from "../../models/pipelines/faces/embed.ts";
import { LANDMARKS } from "../../models/pipelines/faces/landmarks.ts";
import { CheckedSession } from "../../models/pipelines/checked_session.ts";
import type { ModelSession } from "../../models/tensor.ts";
import { assetFiles } from "../../node/engine/asset_files.ts";
import { withDepthwiseConvolution } from "../../node/engine/patches/depthwise_patch.ts";
import { createModelSession, initOnnx } from "../../node/engine/onnx_session.ts";
import { timed } from "./figure.ts";

/** Size of the detector's first look. */
const DETECT_INPUT = { width: 320, height: 240 };

/** The engine that is measured. */
export type EngineKind = "published" | "changed";

/** Time of one run of each model file, in milliseconds. */
export type ModelsMs = Readonly<Record<"detect" | "landmarks" | "embed", number>>;

type Runs = Readonly<Record<keyof ModelsMs, () => Promise<unknown>>>;

let runs: Runs | null = null;

/** Runs a round for each message; all messages name the same engine. */
self.onmessage = async ({ data }: MessageEvent<EngineKind>) => {
  runs ??= await load(data);
  self.postMessage(await round(runs));
};
self.postMessage("ready");

async function load(kind: EngineKind): Promise<Runs> {
  const engine = await assetFiles("onnxruntime.wasm");
  initOnnx(kind === "published" ? engine : withDepthwiseConvolution(engine) ?? engine);
  const files: Record<string, ModelSession> = {};
  for (const { role } of FACES.manifest.files) files[role] = await createModelSession(await FACES.loadFile(role));
  const [detect, landmarks] = [
    new CheckedSession(files, detectSignature(DETECT_INPUT)),
    new CheckedSession(files, LANDMARKS),
  ];
  const embed = new CheckedSession(files, EMBED);
  for (const { input } of [detect, landmarks, embed]) input.forEach((_, at) => input[at] = at % 255 / 255 - 0.5);
  return { detect: () => detect.run(), landmarks: () => landmarks.run(), embed: () => embed.run() };
}

async function round({ detect, landmarks, embed }: Runs): Promise<ModelsMs> {
  return {
    detect: await timed(detect),
    landmarks: await timed(landmarks),
    embed: await timed(embed),
  };
}
