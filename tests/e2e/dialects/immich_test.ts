/** Test of the Immich dialect with real processes, models and photos. */
import { assertEquals, assertGreater, assertLess } from "../../assert.ts";
import { ask, formPost, startScene } from "./dialect_client.ts";

const STEP = { modelName: "buffalo_l", options: { minScore: 0.7 } };
const ENTRIES = JSON.stringify({ "facial-recognition": { detection: STEP, recognition: { modelName: "buffalo_l" } } });

interface Face {
  readonly boundingBox: { readonly x1: number; readonly x2: number };
  readonly embedding: string;
  readonly score: number;
}

/** Returns the cosine distance of two faces, as Immich's database computes it. */
function distance(one: Face, other: Face): number {
  const [left, right] = [one, other].map(({ embedding }) => JSON.parse(embedding) as number[]);
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index], 0);
  return 1 - dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
}

Deno.test("Immich finds faces, and groups them by the distance of their embeddings", async () => {
  await using scene = await startScene();
  const { cluster: { address }, ada, eve, photo } = scene;
  assertEquals((await ask(address, "/")).body, { message: "Immich ML" });
  assertEquals((await ask(address, "/ping")).body, "pong");
  const facesOn = async (image: Uint8Array<ArrayBuffer>): Promise<Face[]> => {
    const { status, body } = await ask(address, "/predict", formPost({ entries: ENTRIES, image }));
    assertEquals(status, 200);
    return body["facial-recognition"];
  };
  assertEquals((await facesOn(photo)).length, 3);
  const [one, again, other] = [(await facesOn(ada[0]))[0], (await facesOn(ada[1]))[0], (await facesOn(eve))[0]];
  assertEquals(JSON.parse(one.embedding).length, 512);
  assertLess(distance(one, again), 0.55);
  assertGreater(distance(one, other), 0.55);
  const clip = JSON.stringify({ clip: { visual: { modelName: "ViT-B-32__openai" } } });
  const refused = await ask(address, "/predict", formPost({ entries: clip, image: photo }));
  assertEquals(refused.status, 400);
  assertEquals(refused.body.detail.startsWith("This server has no task clip"), true);
});
