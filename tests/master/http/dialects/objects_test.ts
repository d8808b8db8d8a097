/** Tests of DeepStack's detection with models that find objects. */
import type { CatalogEntry } from "../../../../models/catalog/catalog_entry.ts";
import { assertEquals, assertStringIncludes } from "../../../assert.ts";
import { MasterFixture, resultOf } from "../../master_fixture.ts";
import { predictionOf } from "../../core_world.ts";
import { DETECTORS } from "../../../models/pipelines/detections.ts";
import { INPUT, manifestOf } from "../../../models/pipelines/models.ts";
import { bareForm } from "./bare_form.ts";
import { pictureIn } from "./scripted_faces.ts";

const FILE = new TextEncoder().encode("a model file");

function detector(name: string): CatalogEntry {
  const manifest = manifestOf("detect", { ...DETECTORS[3].parameters, input: INPUT }, FILE);
  return { manifest: { ...manifest, name }, loadFile: () => Promise.resolve(FILE.slice()) };
}

const OBJECTS = [
  { box: { x: 5, y: 6, width: 7, height: 8 }, label: "dog", index: 1, score: 0.9 },
  { box: { x: 0.4, y: 0, width: 10.2, height: 10 }, label: "cat", index: 0, score: 0.5 },
  { box: { x: 0, y: 0, width: 1, height: 1 }, label: "cat", index: 0, score: 0.3 },
];
const ANSWER = {
  success: true,
  predictions: [
    { label: "dog", confidence: 0.9, x_min: 5, y_min: 6, x_max: 12, y_max: 14 },
    { label: "cat", confidence: 0.5, x_min: 0, y_min: 0, x_max: 11, y_max: 10 },
  ],
  count: 2,
  message: "Found dog, cat",
  inferenceMs: 0,
  processMs: 0,
  moduleId: "dml",
  code: 200,
};

async function post(fixture: MasterFixture, path: string, fields = pictureIn("image")): Promise<unknown> {
  const { body, headers } = bareForm({ ...fields, api_key: "" });
  const request = new Request(`http://127.0.0.1/v1/vision${path}`, { method: "POST", body, headers });
  return await (await fixture.master.fetch(request)).json();
}

/** Sends a picture, in which the node of the fixture finds {@linkcode OBJECTS} with `model`. */
async function detect(fixture: MasterFixture, path: string, model: string): Promise<unknown> {
  const node = await fixture.join(1);
  const asked = post(fixture, path);
  const assign = await node.next("task.assign");
  const prediction = { ...predictionOf(model), width: 100, height: 100, objects: OBJECTS };
  node.send(resultOf(assign, { prediction }));
  return await asked;
}

Deno.test("DeepStack's detection uses the only model that finds objects, and tells them surest first", async () => {
  await using fixture = await MasterFixture.start({
    catalog: [detector("yolo")],
    dialects: { names: ["deepstack"], models: {} },
  });
  assertEquals(await detect(fixture, "/detection", "yolo@1"), ANSWER);
  assertEquals(await post(fixture, "/custom/list", {}), { success: true, models: ["yolo"] });
});

Deno.test("DeepStack's detection uses the model that the operator or the path names", async () => {
  const catalog = [detector("yolo"), detector("animals")];
  await using fixture = await MasterFixture.start({
    catalog,
    dialects: { names: ["deepstack"], models: { deepstack: "yolo" } },
  });
  assertEquals(await detect(fixture, "/detection", "yolo@1"), ANSWER);
  await using other = await MasterFixture.start({ catalog, dialects: { names: ["deepstack"], models: {} } });
  assertEquals(await detect(other, "/custom/animals", "animals@1"), ANSWER);
  const { success, error } = await post(other, "/detection") as { success: boolean; error: string };
  assertEquals(success, false);
  assertStringIncludes(error, "animals, yolo");
  assertStringIncludes(error, "--dialect-model deepstack=animals");
});
