/**
 * Tests of the DeepStack dialect with real processes, models and photos:
 * the requests are those that `deepstack-python`, Home Assistant's and double-take's clients were
 * recorded to send.
 */
import { assert, assertEquals, assertGreater, assertStringIncludes } from "../../assert.ts";
import type { ClusterClient } from "../../../user/client/cluster_client.ts";
import { readyFor } from "../cluster.ts";
import { SecureCluster } from "../security/secure_cluster.ts";
import { ask, formPost, NODE_NAME, photosBy, startScene } from "./dialect_client.ts";

Deno.test("the clients of DeepStack register, recognise, list and delete people with the token in the form", async () => {
  await using cluster = await SecureCluster.start({ flags: ["--host", "0.0.0.0", "--dialects", "deepstack"] });
  const address = `127.0.0.1:${cluster.port}`;
  await readyFor(cluster.join(NODE_NAME, { address }), "faces@1");
  using client = Deno.createHttpClient({ caCerts: [await (await fetch(`http://${address}/v1/ca`)).text()] });
  const manage = async (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${cluster.tokens.admin}` };
    return await (await fetch(`https://${address}${path}`, { ...init, headers, client })).json();
  };
  const predict: ClusterClient["predict"] = (body) => manage("/v1/predictions?gallery=none", { method: "POST", body });
  const { ada, eve, photo } = await photosBy({ predict });
  const { user } = cluster.tokens;
  const request = JSON.stringify({ role: "people", name: "blue-iris", gallery: "home" });
  const { token: people } = await manage("/v1/tokens", { method: "POST", body: request });
  const send = async (path: string, fields: Record<string, string | Uint8Array<ArrayBuffer>>, token = people) => {
    return await ask(address, `/v1/vision${path}`, { ...formPost({ ...fields, api_key: token }), client });
  };
  const listed = async () => {
    const body = new URLSearchParams({ api_key: people });
    return (await ask(address, "/v1/vision/face/list", { method: "POST", body, client })).body.faces;
  };
  assertEquals(await listed(), []);
  assertEquals((await send("/face/register", { userid: "ada", image: eve }, user)).status, 403);
  assertEquals((await send("/face/register", { userid: "ada", image: eve }, "")).status, 401);
  assertEquals(
    (await send("/face/register", { userid: "ada", image1: ada[0], image2: ada[1] })).body.message,
    "face added",
  );
  assertEquals((await send("/face/register", { userid: "eve", image: eve })).body.success, true);
  const several = (await send("/face/register", { userid: "eve", image: photo })).body;
  assertEquals(several.success, false);
  assertStringIncludes(several.error, "Send a picture with one face.");
  assertEquals(await listed(), ["ada", "eve"]);
  const namesFor = async (token: string) => {
    const { predictions } = (await send("/face/recognize", { image: photo, min_confidence: "0.45" }, token)).body;
    return predictions.map(({ userid }: { userid: string }) => userid).toSorted();
  };
  assertEquals(await namesFor(people), ["ada", "eve", "unknown"]);
  assertEquals(await namesFor(user), ["unknown", "unknown", "unknown"], "a user's gallery is the default one");
  assertGreater((await send("/face/match", { image1: ada[0], image2: ada[1] })).body.similarity, 0.9);
  assertEquals((await send("/face/delete", { userid: "eve" })).body, { success: true, code: 200 });
  assertEquals((await send("/face/delete", { userid: "eve" })).body.success, false);
  assertEquals(await namesFor(people), ["ada", "unknown", "unknown"]);
  const audited = (await manage("/v1/audit")).entries
    .map(({ action, subject }: { action: string; subject: string }) => `${action} ${subject}`);
  const changes = audited.filter((entry: string) => /person/.test(entry));
  assertEquals(changes, ["person.enrol home/ada", "person.enrol home/eve", "person.remove home/eve"]);
});

Deno.test("a picture that DeepStack's clients send in vain is told with status 200, and named by their own words", async () => {
  await using scene = await startScene();
  const { cluster: { address }, photo } = scene;
  const post = async (path: string, fields: Record<string, string | Uint8Array<ArrayBuffer>>) => {
    return await ask(address, `/v1/vision${path}`, formPost({ ...fields, api_key: "" }));
  };
  const broken = await post("/face", { image: photo.slice(0, 300) });
  assertEquals([broken.status, broken.body.success], [200, false]);
  const faces = (await post("/face", { image: photo })).body.predictions;
  assertEquals(faces.length, 3);
  for (const { x_min, x_max, y_min, y_max } of faces) {
    for (const value of [x_min, x_max, y_min, y_max]) assert(Number.isInteger(value));
    assert(x_min < x_max && y_min < y_max);
  }
  assertEquals((await post("/custom/faces", { image: photo })).body.message, "Found face");
  assertEquals((await ask(address, "/v1/status/ping")).body.success, true);
});
