import { FACES } from "../../models/catalog/faces.ts";
import { encodeManifest } from "../../models/manifest.ts";
import { assetFiles } from "../../node/engine/asset_files.ts";
import type { Engine } from "../../node/engine/engine.ts";
import { createWorkerPool } from "../../node/engine/worker_pool.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { faceFiles } from "../face_model_files.ts";
import { samplePhoto } from "../sample_photos.ts";
import { AnsweringWorker } from "./answering_worker.ts";
import type { BareParts } from "./bare_parts_worker.ts";
import { type Figure, median, shown, timed } from "./figure.ts";

const ROUNDS = 25;
/**
 * Options of a complete recognition: faces are found, aligned and embedded, the picture is
 * annotated and encoded.
 */
const WHOLE = { annotate: true, embeddings: true, gallery: null, crops: false, deadlineMs: 60_000 };

/** Creates a pool of `workers` with the face model loaded. */
export async function facesPool(workers: number): Promise<{ engine: Engine; digest: string }> {
  const engine = createWorkerPool({ workers, assets: assetFiles, clock: SYSTEM_CLOCK, log: SILENT_LOG });
  const { digest } = encodeManifest(FACES.manifest);
  await engine.load(digest, FACES.manifest, faceFiles);
  return { engine, digest };
}

/**
 * Compares the time on the node for a photo of three faces with the sum of its bare parts, and
 * reports both times.
 */
export async function nodeOverParts(): Promise<Figure[]> {
  using bare = new AnsweringWorker<"round", BareParts>(new URL("./bare_parts_worker.ts", import.meta.url));
  const { engine, digest } = await facesPool(1);
  const photo = await samplePhoto(1);
  const parts: BareParts[] = [];
  const wholeMs: number[] = [];
  await bare.ready;
  for (let round = 0; round < ROUNDS; round++) {
    parts.push(await bare.ask("round"));
    const copy = photo.slice();
    wholeMs.push(await timed(() => engine.run(digest, copy, WHOLE)));
  }
  await engine.close();
  const middle = (pick: (round: BareParts) => number) => median(parts.map(pick));
  const names = ["decode", "prepare", "detect", "landmarks", "embed", "draw", "encode"] as const;
  const sumOf = (round: BareParts) => names.reduce((total, name) => total + round[name], 0);
  const sum = middle(sumOf);
  const detail = names.map((name) => `${name} ${middle((round) => round[name]).toFixed(1)}`).join(", ");
  return [
    {
      what: "a 3-face 1920x1280 photo on a node / the sum of its bare parts",
      measured: shown(median(wholeMs), "ms"),
      floor: `${shown(sum, "ms")} (${detail})`,
      // The ratio is taken round by round, because a host that changes its speed changes both
      // alike.
      value: median(wholeMs.map((whole, round) => whole / sumOf(parts[round]))),
      unit: "x",
      bound: { atMost: 1.10 },
    },
    {
      what: "the sum of the bare parts, on one core",
      measured: shown(sum, "ms"),
      floor: "",
      value: sum,
      unit: "ms",
      bound: { atMost: 160 },
    },
  ];
}
