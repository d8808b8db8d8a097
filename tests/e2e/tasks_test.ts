/** Tests of models of other tasks through master, node and worker, over HTTP. */
import type { CatalogEntry } from "../../models/catalog/catalog_entry.ts";
import type { Manifest } from "../../models/manifest.ts";
import { MemoryLedger } from "../../master/ledger/memory_ledger.ts";
import { startMaster } from "../../master/master.ts";
import { hostCapabilities } from "../../node/host/capabilities.ts";
import { assetFiles } from "../../node/engine/asset_files.ts";
import { createWorkerPool } from "../../node/engine/worker_pool.ts";
import { newIdentity } from "../../node/host/identity.ts";
import { startNode } from "../../node/node.ts";
import { MemoryBlobStore } from "../../protocol/blob/memory_blob_store.ts";
import { type PredictAnswer, predictAnswerSchema, problemSchema } from "../../protocol/http_api/api.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import { MemoryTransport } from "../../protocol/transport/memory_transport.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { npyFile } from "../models/npy_writer.ts";
import { answeringModel, graphModel } from "../models/onnx/graph_model.ts";
import { DETECTORS } from "../models/pipelines/detections.ts";
import { INPUT, manifestOf } from "../models/pipelines/models.ts";

const DOUBLING = graphModel({
  inputs: { x: { dims: [-1, 2] } },
  outputs: { y: { dims: [-1, 2] } },
  steps: [{ operator: "Add", from: ["x", "x"], to: "y" }],
});
const SEEING = answeringModel(DETECTORS[3].outputs, { input: { dims: [1, 3, 64, 64] } });

function entry(manifest: Manifest, file: Uint8Array<ArrayBuffer>): CatalogEntry {
  return { manifest, loadFile: () => Promise.resolve(file.slice()) };
}

const CATALOG = [
  entry(
    manifestOf("tensor", {
      picture: null,
      inputs: [{ tensor: "x", type: "float32", dims: [-1, 2] }],
      outputs: ["y"],
    }, DOUBLING),
    DOUBLING,
  ),
  entry(manifestOf("detect", { ...DETECTORS[3].parameters, input: INPUT }, SEEING), SEEING),
];

Deno.test("POST /v1/predictions serves models of every task", async (test) => {
  const transport = new MemoryTransport();
  const common = { clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM, log: SILENT_LOG, version: "0.0.0", transport };
  const master = await startMaster({
    ...common,
    control: { hostname: "master", port: 0 },
    http: null,
    ledger: new MemoryLedger(),
    durableBlobs: new MemoryBlobStore(),
    transientBlobs: new MemoryBlobStore(),
    catalog: CATALOG,
    credentials: null,
  });
  const engine = createWorkerPool({ ...common, workers: 1, assets: assetFiles });
  const node = startNode({
    ...common,
    identity: await newIdentity("here"),
    token: null,
    locate: () => Promise.resolve(master.controlAddress),
    remote: master.blobs,
    cache: new MemoryBlobStore(),
    engine,
    capabilities: () => hostCapabilities({ workers: 1 }),
    onEvent: () => {},
  });
  const post = async (query: string, body: Uint8Array<ArrayBuffer>, accept = "application/json") => {
    const headers = { "content-length": `${body.length}`, accept };
    const url = `http://127.0.0.1/v1/predictions?${query}`;
    return await master.fetch(new Request(url, { method: "POST", body, headers }));
  };
  const answerOf = async (response: Response): Promise<PredictAnswer> => {
    assertEquals(response.status, 200);
    return predictAnswerSchema.parse(await response.json());
  };
  try {
    const numbers = new Uint8Array(Float32Array.of(1, 2, 3, 4.5, -5, 6).buffer);
    const doubled = [{ name: "y", type: "float32" as const, dims: [3, 2], data: [2, 4, 6, 9, -10, 12] }];
    await test.step("raw tensors are accepted, and raw tensors returned", async () => {
      const { prediction, annotated } = await answerOf(await post("model=small-tensor&annotate=true", numbers));
      assertEquals(prediction.tensors, doubled);
      assertEquals(annotated, null);
      const byFile = await answerOf(await post("model=small-tensor", npyFile("<f4", [3, 2], numbers)));
      assertEquals(byFile.prediction.tensors, doubled);
    });
    await test.step("bytes that are no tensor of the model are refused as the caller's error", async () => {
      for (const body of [numbers.slice(1), npyFile("<f4", [2, 3], numbers)]) {
        const response = await post("model=small-tensor", body);
        assertEquals(response.status, 422);
        const problem = problemSchema.parse(await response.json());
        assertEquals(problem.code, "tensor_invalid");
        assertStringIncludes(problem.detail, "float32 Nx2");
      }
      assertEquals((await post("model=small-tensor", numbers, "image/jpeg")).status, 400);
    });
    await test.step("a photo returns objects and the annotated picture", async () => {
      const photo = await samplePhoto(1);
      const { prediction, annotated } = await answerOf(await post("model=small-detect&annotate=true", photo));
      assertEquals(prediction.objects?.map(({ label }) => label), ["cat", "dog", "cat"]);
      assert(annotated !== null && annotated.size > 1_000);
      const drawn = await post("model=small-detect", photo, "image/jpeg");
      assertEquals([drawn.status, drawn.headers.get("content-type")], [200, "image/jpeg"]);
      await drawn.body?.cancel();
    });
  } finally {
    await node.stop();
    await master.stop({ graceMs: 0 });
    await engine.close();
  }
});
