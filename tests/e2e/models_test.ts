import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelAddedSchema } from "../../protocol/http_api/api.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { z } from "../../protocol/schema.ts";
import { runDml } from "../../tools/dml_process.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import { assert, assertEquals } from "../assert.ts";
import { FileServer } from "../user/model_sources/file_server.ts";
import { Cluster, readyFor } from "./cluster.ts";

const MODELS = fileURLToPath(import.meta.resolve("face-models/model/"));
const addedSchema = modelAddedSchema.extend({
  imagesPerSecond: z.number().positive(),
  imagesPerSecondBefore: z.number().positive().nullable(),
});
const LABELS = ["first", "second", "third"];

/** Runs `dml models …` against `cluster`. */
function models(cluster: Cluster, line: readonly string[], env: Record<string, string> = {}) {
  const where = [
    "--master",
    cluster.address,
    ...(line[0] === "add" || line[0] === "pull" ? ["--home", cluster.directory] : []),
  ];
  return runDml(["models", ...line, ...where, "--json"], { cwd: cluster.directory, env });
}

/**
 * Returns the best label of four predictions made at once, so that every free node makes some of
 * them.
 */
async function predictedLabels(cluster: Cluster, model: string): Promise<string[]> {
  const photo = await samplePhoto(1);
  const options = { model, annotate: false, embeddings: false, gallery: null };
  const answers = await Promise.all([1, 2, 3, 4].map(() => cluster.client.predict(photo.slice(), options)));
  return answers.map(({ prediction }) => prediction.labels?.[0]?.label ?? "none");
}

Deno.test("dml models add puts a model on two nodes, refuses garbage, and the model survives a killed master", async () => {
  await using cluster = await Cluster.start();
  const nodes = [await cluster.join("one"), await cluster.join("two")];
  await Deno.writeTextFile(join(cluster.directory, "labels.txt"), LABELS.join("\n"));

  const whole = await Deno.readFile(join(MODELS, "fr_gender.onnx"));
  const servedBefore = await cluster.client.models();
  const garbage: [name: string, bytes: Uint8Array][] = [
    ["page.onnx", new TextEncoder().encode("<!doctype html><title>404</title>")],
    ["cut.onnx", whole.subarray(0, whole.length >> 1)],
    ["picture.onnx", await samplePhoto(1)],
  ];
  for (const [name, bytes] of garbage) {
    await Deno.writeFile(join(cluster.directory, name), bytes);
    assertEquals((await models(cluster, ["add", name, "--yes"])).code, 1, name);
  }
  assertEquals(await cluster.client.models(), servedBefore);

  const line = ["add", join(MODELS, "fr_gender.onnx"), "--name", "gender", "--labels", "labels.txt", "--yes"];
  const { code, out } = await models(cluster, line);
  assertEquals(code, 0);
  const added = addedSchema.parse(JSON.parse(out));
  assertEquals([added.name, added.isNew], ["gender@1", true]);
  assert(added.imagesPerSecondBefore !== null, "its tiny weights were zeroed, so both were measured");
  for (const node of nodes) await readyFor(node, "gender@1");
  const labels = await predictedLabels(cluster, "gender");
  assert(labels.every((label) => LABELS.includes(label)) && new Set(labels).size === 1, labels.join());
  assertEquals((await models(cluster, ["test", "gender", "picture.onnx"])).code, 0);

  await cluster.restartMaster();
  await cluster.master.logged("gender@1 is ready on one.");
  assertEquals(await predictedLabels(cluster, "gender@1"), labels);
  const again = await models(cluster, line);
  assertEquals(JSON.parse(again.out).isNew, false);
});

Deno.test("dml models pull resumes after a broken connection, and dml models push copies the model to another master", async () => {
  await using cluster = await Cluster.start();
  await using other = await Cluster.start();
  const model = await Deno.readFile(join(MODELS, "fr_eye.onnx"));
  await using server = new FileServer(model);
  const headers = { location: "/file", "x-linked-etag": `"${digestOf(model).slice("sha256:".length)}"` };
  server.others.set("/owner/repo/resolve/main/eye.onnx", () => new Response(null, { status: 302, headers }));
  server.cuts = [100_000];
  const line = ["pull", "hf:owner/repo/eye.onnx", "--yes"];
  const { code, out } = await models(cluster, line, { HF_ENDPOINT: server.origin });
  assertEquals(code, 0);
  assertEquals(addedSchema.parse(JSON.parse(out)).name, "eye@1");
  assert(server.asked.some(({ range }) => range !== null), "it resumed where it was interrupted");

  assertEquals((await models(cluster, ["push", "eye", "--to", other.address])).code, 0);
  const names = (await other.client.models()).map(({ name }) => name);
  assert(names.includes("eye@1"), names.join());
  const shown = JSON.parse((await models(other, ["show", "eye"])).out);
  assertEquals([shown.manifest.name, shown.manifest.parameters.input.width, shown.nodes], ["eye", 24, []]);
});
