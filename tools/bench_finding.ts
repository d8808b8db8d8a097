/**
 * `deno task bench:finding`: the faces that are found in pictures made of the sample photos, whose
 * places are known. Exits with 1 when a bar is missed.
 */
import { FACES } from "../models/catalog/faces.ts";
import { createImageCodec } from "../models/image/image_codec.ts";
import type { Picture } from "../models/image/picture.ts";
import { createModelSession, initOnnx } from "../node/engine/onnx_session.ts";
import { assetFiles } from "../node/engine/asset_files.ts";
import { withDepthwiseConvolution } from "../node/engine/patches/depthwise_patch.ts";
import { FindingMeter } from "./bench/finding/finding_meter.ts";
import { FINDING_SETS } from "./bench/finding/finding_sets.ts";
import { samplePhotos } from "./sample_photos.ts";

if (import.meta.main) {
  const photos = await decodedPhotos();
  const meter = await startMeter();
  for (const { name, bar, faceHeight, smallFaces = false, make } of FINDING_SETS) {
    let [found, known, others, looks, finestScale, ms, onceMs] = [0, 0, 0, 0, 0, 0, 0];
    for (const picture of make(photos)) {
      const result = await meter.measure(picture, { smallFaces });
      found += result.found;
      known += picture.boxes.length;
      others += result.others;
      looks += result.looks;
      finestScale = Math.max(finestScale, result.finestScale);
      ms += result.ms;
      onceMs += result.onceMs;
    }
    const isHeld = bar === null || found / known >= bar;
    if (!isHeld) Deno.exitCode = 1;
    const held = bar === null ? "    " : isHeld ? "ok  " : "MISS";
    const precision = found + others === 0 ? "" : `, precision ${(found / (found + others)).toFixed(3)}`;
    const inLook = faceHeight === undefined ? "" : ` (${(faceHeight * finestScale).toFixed(1)} in the finest look)`;
    console.log(
      `${held} ${name}${inLook}: ${found} of ${known} found${
        bar === null ? "" : ` (at least ${Math.ceil(bar * known)})`
      }` +
        `${precision}, ${looks} looks, ${(ms / onceMs).toFixed(2)} x the time of one look`,
    );
  }
  Deno.exit();
}

async function decodedPhotos(): Promise<Picture[]> {
  const codec = createImageCodec(assetFiles);
  const photos: Picture[] = [];
  for (const photo of await samplePhotos()) photos.push(await codec.decode(photo));
  return photos;
}

async function startMeter(): Promise<FindingMeter> {
  const engine = await assetFiles("onnxruntime.wasm");
  initOnnx(withDepthwiseConvolution(engine) ?? engine);
  return new FindingMeter(await createModelSession(await FACES.loadFile("detect")));
}
