/** Tests of the answers about a picture, of which a scripted node says what is in it. */
import { assertEquals, assertStringIncludes } from "../../../assert.ts";
import { personOf, pictureIn, ScriptedFaces } from "./scripted_faces.ts";

const PERSONS = [
  personOf({ score: 0.8, box: { x: -2.2, y: 5, width: 20, height: 20 } }),
  personOf({ score: 0.95, box: { x: 60, y: 50.6, width: 60, height: 20 } }),
];

Deno.test("CompreFace's detection tells boxes by whole corners within the picture, and plugins that are wanted", async () => {
  await using faces = await ScriptedFaces.start();
  const path = "/api/v1/detection/detect?face_plugins=landmarks&status=true";
  const { status, body } = await faces.look(path, { persons: PERSONS.slice(0, 1) }, pictureIn("file"));
  assertEquals(status, 200);
  assertEquals(body, {
    result: [{
      box: { probability: 0.8, x_max: 18, y_max: 25, x_min: 0, y_min: 5 },
      landmarks: [[10, 21], [11, 21], [12, 21], [13, 21], [14, 21]],
    }],
    plugins_versions: { detector: "faces@1", calculator: "faces@1" },
  });
});

Deno.test("CompreFace's detection leaves out weak faces, and takes the largest first", async () => {
  await using faces = await ScriptedFaces.start();
  const boxesAt = async (search: string) => {
    const { body } = await faces.look(`/api/v1/detection/detect${search}`, { persons: PERSONS }, pictureIn("file"));
    return (body as { result: { box: { x_min: number } }[] }).result.map(({ box }) => box.x_min);
  };
  assertEquals(await boxesAt(""), [0, 60]);
  assertEquals(await boxesAt("?limit=1"), [60]);
  assertEquals(await boxesAt("?det_prob_threshold=0.9"), [60]);
});

Deno.test("CompreFace's errors have its numbers", async () => {
  await using faces = await ScriptedFaces.start();
  const missing = await faces.look("/api/v1/recognition/recognize", { persons: [] }, pictureIn("file"));
  assertEquals(missing, { status: 400, body: { message: "No face is found in the given image", code: 28 } });
  const empty = await faces.send("/api/v1/recognition/recognize", { other: "a" });
  assertEquals(empty.status, 400);
  assertEquals((empty.body as { code: number }).code, 26);
  const unknown = await faces.send("/api/v1/recognition/nothing", {});
  assertEquals(unknown.status, 404);
});

Deno.test("DeepStack's faces come surest first, and everybody is unknown where nobody is enrolled", async () => {
  await using faces = await ScriptedFaces.start();
  const box = { x_min: 60, y_min: 51, x_max: 100, y_max: 71 };
  const { body } = await faces.look("/v1/vision/face/recognize", { persons: PERSONS }, pictureIn("image"));
  const { predictions, ...rest } = body as { predictions: { userid: string; confidence: number }[] };
  assertEquals(predictions[0], { userid: "unknown", confidence: 0, ...box });
  assertEquals(predictions.map(({ userid }) => userid), ["unknown", "unknown"]);
  assertEquals(rest, { success: true, count: 2, inferenceMs: 0, processMs: 0, moduleId: "dml", code: 200 } as never);
  const wanted = { ...pictureIn("image"), min_confidence: "0.9" };
  const found = (await faces.look("/v1/vision/face", { persons: PERSONS }, wanted)).body as { predictions: unknown[] };
  assertEquals(found.predictions, [{ confidence: 0.95, ...box }]);
});

Deno.test("DeepStack's clients get every failure as a success of HTTP that says that it is none", async () => {
  await using faces = await ScriptedFaces.start();
  const errorAt = async (path: string, fields: Record<string, string | Uint8Array<ArrayBuffer>>) => {
    const { status, body } = await faces.send(path, fields);
    const { success, error } = body as { success: boolean; error: string };
    assertEquals([status, success], [200, false], path);
    return error;
  };
  assertStringIncludes(await errorAt("/v1/vision/detection", pictureIn("image")), "no model that finds objects");
  assertStringIncludes(await errorAt("/v1/vision/custom/yolo", pictureIn("image")), "yolo");
  assertStringIncludes(await errorAt("/v1/vision/face", { other: "a" }), "no picture in the field image");
  assertStringIncludes(await errorAt("/v1/vision/face/delete", { userid: "Ada" }), "There is no gallery default");
  assertStringIncludes(await errorAt("/v1/vision/face/register", pictureIn("image")), "no field userid");
  const wrong = { ...pictureIn("image"), min_confidence: "70" };
  const asked = faces.look("/v1/vision/face", { persons: PERSONS }, wrong);
  assertStringIncludes(JSON.stringify((await asked).body), "min_confidence must be a number from 0 to 1");
  assertEquals((await faces.send("/v1/vision/nothing", {})).status, 404);
});

Deno.test("Immich gets the faces with its minimum score, and the size of the picture", async () => {
  await using faces = await ScriptedFaces.start();
  const step = { modelName: "buffalo_l", options: { minScore: 0.85 } };
  const entries = JSON.stringify({
    "facial-recognition": { detection: step, recognition: { modelName: "buffalo_l" } },
  });
  const persons = PERSONS.map((person) => ({ ...person, embedding: [0.6, 0.8] }));
  const { body } = await faces.look("/predict", { persons }, { entries, ...pictureIn("image") });
  const { "facial-recognition": [face, ...more], ...size } = body as {
    "facial-recognition": { boundingBox: object; score: number }[];
  };
  assertEquals(more, []);
  assertEquals(size, { imageHeight: 80, imageWidth: 100 } as never);
  assertEquals([face.boundingBox, face.score], [{ x1: 60, y1: 51, x2: 100, y2: 71 }, 0.95]);
});

Deno.test("Immich's client learns that it has found its server, and other paths of the master are its own", async () => {
  await using faces = await ScriptedFaces.start();
  const textAt = async (path: string, headers: Record<string, string> = {}) => {
    const response = await faces.fixture.master.fetch(new Request(`http://127.0.0.1${path}`, { headers }));
    return await response.text();
  };
  assertEquals(await textAt("/", { accept: "*/*" }), '{"message":"Immich ML"}');
  assertEquals(await textAt("/ping"), "pong");
  assertStringIncludes(await textAt("/v1/health"), "ok");
});

Deno.test("a master without dialects has none of their paths", async () => {
  await using faces = await ScriptedFaces.start({ dialects: { names: ["deepstack"], models: {} } });
  const statusAt = async (path: string) => (await faces.send(path, pictureIn("image"))).status;
  assertEquals([await statusAt("/predict"), await statusAt("/api/v1/detection/detect")], [404, 404]);
});
