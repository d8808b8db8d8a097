/**
 * Tests that a new embedder takes over in a running cluster: the faces of enrolled people are
 * embedded again from their crops.
 */
import { join } from "node:path";
import { FACES } from "../../models/catalog/faces.ts";
import type { Manifest } from "../../models/manifest.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { galleriesSchema } from "../../protocol/http_api/people_api.ts";
import { runDml } from "../../tools/dml_process.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import { assertEquals, assertStringIncludes } from "../assert.ts";
import { graphModel } from "../models/onnx/graph_model.ts";
import { Cluster } from "./cluster.ts";

/**
 * Writes `faces@2` to `directory`. Its embedder is the published file, which has another digest but
 * gives the same embeddings.
 */
async function writeOtherFaces(directory: string): Promise<void> {
  await Deno.mkdir(directory);
  const published = (await import("face-models/model/fr_feature.onnx", { with: { type: "bytes" } })).default;
  const files = [];
  for (const { role } of FACES.manifest.files) {
    const bytes = role === "embed" ? Uint8Array.from(published) : await FACES.loadFile(role);
    await Deno.writeFile(join(directory, `${role}.onnx`), bytes);
    files.push({ role, digest: digestOf(bytes), size: bytes.length });
  }
  const manifest = { ...FACES.manifest, version: 2, files } as Manifest;
  await Deno.writeTextFile(join(directory, "manifest.json"), JSON.stringify(manifest));
}

/**
 * Writes `faces@1000` to a directory. Its embedder has three dimensions, the mean of each colour,
 * and the manifest describes it.
 */
async function writeSmallFaces(directory: string): Promise<void> {
  await Deno.mkdir(directory);
  const embed = graphModel({
    inputs: { data: { dims: [1, 3, 112, 112] } },
    outputs: { fc1: { dims: [1, 3, 1, 1] } },
    steps: [{ operator: "GlobalAveragePool", from: ["data"], to: "fc1" }],
  });
  const files = [];
  for (const { role } of FACES.manifest.files) {
    await Deno.writeFile(join(directory, `${role}.onnx`), role === "embed" ? embed : await FACES.loadFile(role));
    files.push({ role });
  }
  const thresholds = { known: 0.875, unknown: 0.75 };
  const embedder = { template: "arcface", side: 112, channels: "RGB", mean: 0, std: 1, thresholds };
  const parameters = { ...FACES.manifest.parameters, embedder };
  const manifest = { ...FACES.manifest, version: 1_000, parameters, files };
  await Deno.writeTextFile(join(directory, "manifest.json"), JSON.stringify(manifest));
}

Deno.test("an embedder that the manifest describes takes over with its own dimensions and thresholds", async () => {
  await using cluster = await Cluster.start();
  await cluster.join("one");
  const dml = async (...line: string[]) => {
    const { code, out } = await runDml([...line, "--master", cluster.address], { cwd: cluster.directory });
    assertEquals(code, 0, `dml ${line.join(" ")}: ${out}`);
    return out;
  };
  const dimensions = async () => {
    const answer = await fetch(`http://${cluster.address}/v1/galleries`);
    return galleriesSchema.parse(await answer.json()).galleries.map((gallery) => gallery.dimensions);
  };
  await Deno.writeFile(join(cluster.directory, "sample1.jpg"), await samplePhoto(1));
  await dml("people", "enroll", "Ada", "sample1.jpg", "--face", "3");
  assertEquals(await dimensions(), [512]);
  const small = "known from 0.45, unknown below 0.38 (default for 1 enrolled face)";
  assertStringIncludes(await dml("people", "list"), small);
  await writeSmallFaces(join(cluster.directory, "small"));
  await dml("models", "add", "small", "--yes");
  await dml("models", "rollout", "faces@1000", "--canary", "0");
  await cluster.master.logged("A gallery is in force with a new embedder.");
  assertEquals(await dimensions(), [3]);
  const own = "known from 0.875, unknown below 0.75 (of the model)";
  assertStringIncludes(await dml("people", "list"), own);
  await Deno.mkdir(join(cluster.directory, "held", "Ada"), { recursive: true });
  await Deno.writeFile(join(cluster.directory, "held", "Ada", "1.jpg"), await samplePhoto(1));
  assertStringIncludes(await dml("people", "test", "held"), own);
  const options = { model: "faces", annotate: false, embeddings: true, gallery: "default" };
  const { prediction } = await cluster.client.predict(await samplePhoto(1), options);
  assertEquals(prediction.model, "faces@1000");
  assertEquals(prediction.persons.map(({ embedding }) => embedding?.length), [3, 3, 3]);
  assertEquals(prediction.persons[2].name, "Ada");
  await dml("models", "rollback", "faces");
  await cluster.master.logged("A gallery is in force with a new embedder.", ({ version }) => version === 3);
  assertStringIncludes(await dml("people", "list"), small);
});

Deno.test("a new embedder makes its own embeddings of everybody, and names them", async () => {
  await using cluster = await Cluster.start();
  await cluster.join("one");
  const dml = async (...line: string[]) => {
    const { code, out } = await runDml([...line, "--master", cluster.address], { cwd: cluster.directory });
    assertEquals(code, 0, `dml ${line.join(" ")}: ${out}`);
  };
  const seen = async () => {
    const options = { model: "faces", annotate: false, embeddings: false, gallery: "default" };
    const { prediction } = await cluster.client.predict(await samplePhoto(3), options);
    const names = prediction.persons.map(({ name }) => name).filter((name) => name !== null);
    return { model: prediction.model, names, version: prediction.gallery?.version };
  };
  await Deno.writeFile(join(cluster.directory, "sample1.jpg"), await samplePhoto(1));
  await dml("people", "enroll", "Ada", "sample1.jpg", "--face", "3");
  assertEquals(await seen(), { model: "faces@1", names: ["Ada"], version: 1 });
  await writeOtherFaces(join(cluster.directory, "other"));
  await dml("models", "push", "other");
  await dml("models", "rollout", "faces@2", "--canary", "0");
  await cluster.master.logged("A gallery is in force with a new embedder.");
  assertEquals(await seen(), { model: "faces@2", names: ["Ada"], version: 2 });
});
