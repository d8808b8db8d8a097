import { FACES } from "../../models/catalog/faces.ts";
import { createImageCodec } from "../../models/image/image_codec.ts";
import type { Picture } from "../../models/image/picture.ts";
import { DOUBT_NUMBERS, type FaceDoubtParameters } from "../../models/manifest/face_doubt.ts";
import { createPipeline } from "../../models/pipelines/create_pipeline.ts";
import { EMBED } from "../../models/pipelines/faces/embed.ts";
import type { Pipeline } from "../../models/pipelines/pipeline.ts";
import { assetFiles } from "../../node/engine/asset_files.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import { median, timed } from "../bench/figure.ts";
import { SAMPLE_FACES, samplePhotos } from "../sample_photos.ts";
import { DOUBTED_HEIGHT_MIN, faceSessions } from "./face_reader.ts";

const ROUNDS = 7;

/** Weighs as much as any other classifier, and doubts nobody. */
const CERTAIN: FaceDoubtParameters = {
  heightMin: DOUBTED_HEIGHT_MIN,
  bias: 0,
  numbers: new Array(DOUBT_NUMBERS).fill(0),
  embedding: new Array(EMBED.outputs.output).fill(0),
  doubtfulBelow: 0,
  omittedBelow: 0,
};

/** Prints what doubting each face of the six sample photos costs, by turns in one process. */
export async function printCost(): Promise<void> {
  const { manifest } = FACES;
  invariant(manifest.pipeline === "faces", "the model looks for faces");
  const sessions = await faceSessions();
  const pipelineWith = (doubt?: FaceDoubtParameters) =>
    createPipeline({ ...manifest, parameters: { ...manifest.parameters, doubt } }, sessions, { nowMs: () => 0 });
  const [without, doubting] = [pipelineWith(), pipelineWith(CERTAIN)];
  const codec = createImageCodec(assetFiles);
  const photos: Picture[] = [];
  for (const photo of await samplePhotos()) photos.push(await codec.decode(photo));
  const laps: { embeddings: boolean; withoutMs: number; doubtingMs: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const embeddings of [false, true]) {
      const withoutMs = await timed(() => recogniseAll(without, { photos, embeddings }));
      const doubtingMs = await timed(() => recogniseAll(doubting, { photos, embeddings }));
      laps.push({ embeddings, withoutMs, doubtingMs });
    }
  }
  const faces = SAMPLE_FACES.reduce((sum, count) => sum + count, 0);
  for (const embeddings of [false, true]) {
    const own = laps.filter((lap) => lap.embeddings === embeddings);
    const each = (ms: number) => `${(ms / faces).toFixed(2)} ms`;
    const [withoutMs, doubtingMs] = [median(own.map((lap) => lap.withoutMs)), median(own.map((lap) => lap.doubtingMs))];
    const kind = embeddings ? "with embeddings" : "without embeddings";
    console.log(`${kind}: ${each(withoutMs)} a face, ${each(doubtingMs)} if it is doubted`);
  }
}

async function recogniseAll(
  pipeline: Pipeline,
  { photos, embeddings }: { photos: readonly Picture[]; embeddings: boolean },
): Promise<void> {
  for (const photo of photos) await pipeline.recognise(photo, { embeddings });
}
