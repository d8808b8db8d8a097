/** Tests of the real worker in a process with little memory. */
import { FACES } from "../../../../models/catalog/faces.ts";
import { createImageCodec } from "../../../../models/image/image_codec.ts";
import { encodeManifest, type Manifest } from "../../../../models/manifest.ts";
import { assetFiles } from "../../../../node/engine/asset_files.ts";
import type { Engine } from "../../../../node/engine/engine.ts";
import { EngineProcesses } from "../../../../node/engine/process/engine_processes.ts";
import { createWorkerPool } from "../../../../node/engine/worker_pool.ts";
import { WORKER_URL } from "../../../../node/engine/worker_url.ts";
import { SYSTEM_CLOCK } from "../../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../../protocol/kernel/log.ts";
import { faceFiles } from "../../../../tools/face_model_files.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { imageAssets } from "../../../models/image/asset_source.ts";
import { makePicture } from "../../../models/image/fixtures.ts";
import { graphModel } from "../../../models/onnx/graph_model.ts";
import { INPUT, manifestOf } from "../../../models/pipelines/models.ts";
import { keeperOf, OPTIONS } from "./process_fixture.ts";

const MIB = 1024 * 1024;
const ignore = Deno.build.os !== "linux";

/** Runs `use` with the real worker in a process that may take this much memory. */
async function withProcess(memoryBytes: number, use: (pool: Engine) => Promise<void>): Promise<void> {
  const keeper = await keeperOf(WORKER_URL);
  const common = { clock: SYSTEM_CLOCK, log: SILENT_LOG, memoryBytes };
  const processes = new EngineProcesses({ ...common, launcher: keeper });
  const pool = createWorkerPool({ ...common, workers: 1, assets: assetFiles, spawn: processes.spawn });
  try {
    await use(pool);
  } finally {
    await pool.close();
    processes[Symbol.dispose]();
    await keeper.close();
  }
}

/** Returns a model of a few hundred bytes that takes `gigabytes` of memory when it is loaded. */
function bomb(gigabytes: number): Uint8Array<ArrayBuffer> {
  return graphModel({
    inputs: { images: { dims: [1, 3, 64, 64] } },
    outputs: { scores: { dims: [1, 3, 1, 1] } },
    constants: {
      shape: { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(Math.round(gigabytes * 1e9 / 4))) },
    },
    steps: [
      { operator: "ConstantOfShape", from: ["shape"], to: "many" },
      { operator: "ReduceMax", from: ["many"], to: "one", attributes: { keepdims: 0 } },
      { operator: "GlobalAveragePool", from: ["images"], to: "means" },
      { operator: "Add", from: ["means", "one"], to: "scores" },
    ],
  });
}

async function load(pool: Engine, manifest: Manifest, files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>) {
  const { digest } = encodeManifest(manifest);
  const copies = () => Promise.resolve(new Map([...files].map(([role, bytes]) => [role, bytes.slice()])));
  return { digest, ...await pool.load(digest, manifest, copies) };
}

Deno.test(
  { name: "a model that takes gigabytes is refused by a process with less, which stays usable", ignore },
  () =>
    withProcess(512 * MIB, async (pool) => {
      const small = bomb(0.001);
      const classify = {
        input: INPUT,
        output: "scores",
        activation: "none" as const,
        topK: 3,
        scoreMin: -1e6,
        labels: ["red", "green", "blue"],
      };
      const { digest, memoryBytes = 0 } = await load(
        pool,
        manifestOf("classify", classify, small),
        new Map([["model", small]]),
      );
      assert(memoryBytes > 20 * MIB && memoryBytes < 512 * MIB, `${memoryBytes} bytes were measured`);
      const large = bomb(3.3);
      const error = await assertRejects(
        () =>
          load(
            pool,
            { ...manifestOf("classify", classify, large), version: 2 } as Manifest,
            new Map([["model", large]]),
          ),
        DmlError,
      ) as DmlError;
      assert(["engine_failed", "worker_died"].includes(error.code), error.code);
      const picture = await createImageCodec(imageAssets).encodeJpeg(makePicture(64, 48));
      const { prediction } = await pool.run(digest, picture, OPTIONS);
      assertEquals(prediction.labels?.length, 3);
    }),
);

Deno.test(
  { name: "a large photo is searched at a reduced size by a process with little memory, and says so", ignore },
  () =>
    withProcess(512 * MIB, async (pool) => {
      const { digest } = await load(pool, FACES.manifest, await faceFiles());
      const photo = await createImageCodec(imageAssets).encodeJpeg(makePicture(9_000, 6_000));
      const { prediction, annotated } = await pool.run(digest, photo, { ...OPTIONS, annotate: true });
      assertEquals([prediction.width, prediction.height], [9_000, 6_000]);
      assertEquals(prediction.notes?.map(({ code }) => code), ["not_searched_finely"]);
      assert(annotated !== null);
    }),
);
