/**
 * Tests directories with faces models of other detectors and embedders for `dml models add`, on the
 * real engine.
 */
import { join } from "node:path";
import { assetFiles } from "../../../node/engine/asset_files.ts";
import { createWorkerPool } from "../../../node/engine/worker_pool.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { prepareDirectory } from "../../../user/model_import/prepare_directory.ts";
import { filesOf } from "../../../user/model_import/prepared.ts";
import { runTrial } from "../../../user/model_import/trial.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { graphModel } from "../../models/onnx/graph_model.ts";
import { scrfdModel, yunetModel } from "../../models/pipelines/faces/detectors/grid_detector.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const EMBED = graphModel({
  inputs: { data: { dims: [1, 3, 112, 112] } },
  outputs: { fc1: { dims: [1, 3, 1, 1] } },
  steps: [{ operator: "GlobalAveragePool", from: ["data"], to: "fc1" }],
});
/** The manifest that a person writes, as in docs/models.md. */
const WRITTEN = {
  schema: 1,
  name: "faces",
  version: 1_000,
  description: "Finds faces with YuNet and tells people apart with SFace.",
  license: "MIT AND Apache-2.0",
  pipeline: "faces",
  parameters: {
    scoreMin: 0.7,
    overlapMax: 0.3,
    detector: { family: "yunet", input: { size: "fixed", width: 64, height: 64 } },
    embedder: { template: "arcface", side: 112, channels: "RGB", mean: 0, std: 1 },
  },
  files: [{ role: "detect" }, { role: "embed" }],
  requirements: { engine: "wasm", memoryBytes: 0 },
};

async function directoryOf(files: Readonly<Record<string, Uint8Array>>, manifest: object) {
  const directory = await temporaryDirectory();
  for (const [role, bytes] of Object.entries(files)) await Deno.writeFile(join(directory.path, `${role}.onnx`), bytes);
  await Deno.writeTextFile(join(directory.path, "manifest.json"), JSON.stringify(manifest));
  return directory;
}

/** Prepares the directory and tries the model on the engine of the nodes. */
async function prepareAndTry(files: Readonly<Record<string, Uint8Array>>, manifest: object) {
  await using directory = await directoryOf(files, manifest);
  const engine = createWorkerPool({ workers: 1, assets: assetFiles, clock: SYSTEM_CLOCK, log: SILENT_LOG });
  try {
    const prepared = await prepareDirectory(directory.path, {});
    return { prepared, trial: await runTrial(prepared, { engine, clock: SYSTEM_CLOCK }) };
  } finally {
    await engine.close();
  }
}

Deno.test("prepareDirectory() makes a faces model of a detector and an embedder, and the engine runs it", async () => {
  const { prepared, trial } = await prepareAndTry({ detect: yunetModel(), embed: EMBED }, WRITTEN);
  const { manifest } = prepared;
  assertEquals(JSON.stringify(manifest.parameters), JSON.stringify(WRITTEN.parameters));
  const files = filesOf(prepared);
  assertEquals(manifest.files.map(({ role, digest }) => [role, digest]), [
    ["detect", digestOf(files.get("detect") ?? new Uint8Array())],
    ["embed", digestOf(files.get("embed") ?? new Uint8Array())],
  ]);
  assert(trial.imagesPerSecond > 0);
});

Deno.test("prepareDirectory() and the trial name what does not fit a faces model", async () => {
  const refusal = async (files: Readonly<Record<string, Uint8Array>>, manifest: object) => {
    const error = await assertRejects(() => prepareAndTry(files, manifest), DmlError);
    return `${error.code}: ${error.message}`;
  };
  assertStringIncludes(
    await refusal({ detect: scrfdModel(), embed: EMBED }, WRITTEN),
    "model_invalid: The engine cannot run it: The model file detect has no output cls_8 (class scores), which yunet has",
  );
  const odd = { ...WRITTEN.parameters, detector: { family: "yunet", input: { size: "fixed", width: 50, height: 64 } } };
  assertStringIncludes(
    await refusal({ detect: yunetModel(), embed: EMBED }, { ...WRITTEN, parameters: odd }),
    "parameters.detector.input.width",
  );
  const small = { ...WRITTEN.parameters, embedder: { ...WRITTEN.parameters.embedder, side: 96 } };
  const wrongSide = await refusal({ detect: yunetModel(), embed: EMBED }, { ...WRITTEN, parameters: small });
  assertStringIncludes(wrongSide, "model_invalid: The engine cannot run it:");
  assertStringIncludes(wrongSide, "Got: 96 Expected: 112");
  assertStringIncludes(await refusal({ detect: yunetModel() }, WRITTEN), "file_not_found: There is no file");
});
