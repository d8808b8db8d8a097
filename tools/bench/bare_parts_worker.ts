/**
 * Measures the bare parts of one picture, each called alone without the rest of dml. It is a worker
 * because the engine needs a thread of its own.
 */
/// <reference lib="deno.worker" />
import { createAnnotator } from "../../models/image/draw/annotate.ts";
import { letterbox } from "../../models/image/geometry/geometry.ts";
import { createImageCodec } from "../../models/image/image_codec.ts";
import { cropGrey } from "../../models/image/resample/crop_grey.ts";
import { shrinkIntoTensor } from "../../models/image/resample/resize.ts";
import { similarityTransform } from "../../models/image/geometry/similarity.ts";
import { warp } from "../../models/image/resample/warp.ts";
import { FACES } from "../../models/catalog/faces.ts";
import { marksOf } from "../../models/pipelines/marks.ts";
import { ALIGNED, ARCFACE_TEMPLATE } from "../../models/pipelines/faces/align.ts";
import { DETECT_SAMPLES, detectSignature } from "../../models/pipelines/faces/detect.ts";
import { EMBED } from "../../models/pipelines/faces/embed.ts";
import { LANDMARKS, LANDMARKS_INPUT, landmarkSquare } from "../../models/pipelines/faces/landmarks.ts";
import { CheckedSession } from "../../models/pipelines/checked_session.ts";
import { createPipeline } from "../../models/pipelines/create_pipeline.ts";
import type { ModelSession } from "../../models/tensor.ts";
import { withDepthwiseConvolution } from "../../node/engine/patches/depthwise_patch.ts";
import { createModelSession, initOnnx } from "../../node/engine/onnx_session.ts";
import { assetFiles } from "../../node/engine/asset_files.ts";
import { samplePhoto } from "../sample_photos.ts";
import { timed } from "./figure.ts";

/** Size of the detector's first look. */
const DETECT_INPUT = { width: 320, height: 240 };

/** The milliseconds of each part in one round. */
export interface BareParts {
  readonly decode: number;
  readonly prepare: number;
  readonly detect: number;
  readonly landmarks: number;
  readonly embed: number;
  readonly draw: number;
  readonly encode: number;
}

const engine = await assetFiles("onnxruntime.wasm");
initOnnx(withDepthwiseConvolution(engine) ?? engine);
const files: Record<string, ModelSession> = {};
for (const { role } of FACES.manifest.files) files[role] = await createModelSession(await FACES.loadFile(role));
const detect = new CheckedSession(files, detectSignature(DETECT_INPUT));
const landmarks = new CheckedSession(files, LANDMARKS);
const embed = new CheckedSession(files, EMBED);
const codec = createImageCodec(assetFiles);
const annotator = createAnnotator(assetFiles);
const photo = await samplePhoto(1);
const pipeline = createPipeline(FACES.manifest, files, { nowMs: () => performance.now() });
const { persons } = await pipeline.recognise(await codec.decode(photo), { embeddings: true });

self.onmessage = async () => self.postMessage(await round());
self.postMessage("ready");

async function round(): Promise<BareParts> {
  let picture = await codec.decode(photo);
  codec.release(picture);
  const decode = await timed(async () => picture = await codec.decode(photo));
  const prepare = await timed(() => {
    const fit = letterbox(picture, DETECT_INPUT);
    shrinkIntoTensor(picture, { ...DETECT_INPUT, ...DETECT_SAMPLES, fit, into: detect.input });
    for (const { box, landmarks: points } of persons) {
      cropGrey(picture, { ...LANDMARKS_INPUT, square: landmarkSquare(box), into: landmarks.input });
      warp(picture, { ...ALIGNED, transform: similarityTransform(points, ARCFACE_TEMPLATE), into: embed.input });
    }
  });
  const each = async (run: () => Promise<unknown>) => {
    for (let face = 0; face < persons.length; face++) await run();
  };
  const bare = {
    decode,
    prepare,
    detect: await timed(() => detect.run()),
    landmarks: await timed(() => each(() => landmarks.run())),
    embed: await timed(() => each(() => embed.run())),
    draw: await timed(() => annotator.annotate(picture, marksOf({ persons }))),
    encode: await timed(() => codec.encodeJpeg(picture)),
  };
  codec.release(picture);
  return bare;
}
