import type { FaceEmbedderParameters } from "../../../../models/manifest/face_files.ts";
import { ARCFACE_TEMPLATE } from "../../../../models/pipelines/faces/align.ts";
import { FaceEmbedder } from "../../../../models/pipelines/faces/face_embedder.ts";
import { Stopwatch } from "../../../../models/pipelines/stopwatch.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { FakeSession } from "../fake_session.ts";

const ARCFACE: FaceEmbedderParameters = { template: "arcface", side: 112, channels: "RGB", mean: 0, std: 1 };

/** Smooth colours, so that a shift by a part of a pixel shows, and one of rounding does not. */
function pictureOf(side: number) {
  const data = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const [x, y] = [at % side, Math.floor(at / side)];
    data.set([x, y, 255 - x].map((value) => Math.round(value * 200 / side)), at * 3);
  }
  return { width: side, height: side, data };
}

/** An embedder whose model file has one input and one output, called as it likes. */
function embedderOf(parameters: FaceEmbedderParameters, answer = Float32Array.of(3, 4)) {
  const dims = [1, 3, parameters.side, parameters.side];
  const session = new FakeSession(
    { role: "embed", input: { name: "data", dims }, outputs: { fc1: null } },
    () => ({ fc1: answer }),
  );
  return { session, embedder: new FaceEmbedder({ embed: session }, parameters), watch: new Stopwatch(() => 0) };
}

Deno.test("FaceEmbedder gives the model file a picture as it is if its points lie on the template", async () => {
  const template = [[30, 40], [70, 40], [50, 60], [35, 80], [65, 80]];
  const table: [FaceEmbedderParameters, readonly (readonly number[])[]][] = [
    [ARCFACE, ARCFACE_TEMPLATE.map(({ x, y }) => [x, y])],
    [{ ...ARCFACE, side: 224 }, ARCFACE_TEMPLATE.map(({ x, y }) => [2 * x, 2 * y])],
    [{ ...ARCFACE, side: 100, template }, template],
    [{ ...ARCFACE, channels: "BGR" }, ARCFACE_TEMPLATE.map(({ x, y }) => [x, y])],
    [{ ...ARCFACE, mean: 127.5, std: 128 }, ARCFACE_TEMPLATE.map(({ x, y }) => [x, y])],
  ];
  for (const [parameters, points] of table) {
    const { side, channels, mean, std } = parameters;
    const { embedder, session, watch } = embedderOf(parameters);
    const picture = pictureOf(side);
    embedder.align(picture, points.map(([x, y]) => ({ x, y })));
    await embedder.embed(watch);
    const [input] = session.runs;
    const order = channels === "RGB" ? [0, 1, 2] : [2, 1, 0];
    const plane = side * side;
    for (let at = 0; at < input.length; at++) {
      const sample = picture.data[at % plane * 3 + order[Math.floor(at / plane)]];
      assertAlmostEquals(input[at], (sample - mean) / std, 0.05);
    }
  }
});

Deno.test("FaceEmbedder measures the same quality of a face whatever form the model file wants it in", () => {
  const points = ARCFACE_TEMPLATE;
  const noise = { width: 112, height: 112, data: new Uint8Array(112 * 112 * 3) };
  noise.data.forEach((_, at) => noise.data[at] = at * 7_919 % 251);
  const measure = (parameters: FaceEmbedderParameters) => {
    const { embedder } = embedderOf(parameters);
    embedder.align(noise, points);
    return embedder.measure(points);
  };
  const { sharpness, eyeDistance } = measure(ARCFACE);
  for (const form of [{ channels: "BGR" }, { mean: 127.5, std: 127.5 }] as const) {
    const other = measure({ ...ARCFACE, ...form });
    assertEquals(other.eyeDistance, eyeDistance);
    assertAlmostEquals(other.sharpness / sharpness, 1, 1e-4);
  }
});

Deno.test("FaceEmbedder.embed() has as many dimensions as the model file returns, up to what galleries hold", async () => {
  const { embedder, watch } = embedderOf(ARCFACE);
  assertEquals([...await embedder.embed(watch)], [...Float32Array.of(0.6, 0.8)]);
  const long = embedderOf(ARCFACE, new Float32Array(1_025).fill(1));
  const error = await assertRejects(() => long.embedder.embed(long.watch), DmlError);
  assertEquals(error.code, "model_invalid");
  assertStringIncludes(error.message, "returns 1025 numbers in fc1; an embedding of a face has at most 1024");
});
