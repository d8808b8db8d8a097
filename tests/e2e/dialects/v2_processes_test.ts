/** The protocol at `/v2` with a master and nodes as processes. */
import { join } from "node:path";
import { concat } from "../../../protocol/kernel/concat.ts";
import { runDml } from "../../../tools/dml_process.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { graphModel } from "../../models/onnx/graph_model.ts";
import { Cluster, readyFor } from "../cluster.ts";

const LENGTH_HEADER = "inference-header-content-length";
const COUNT = 2_000_000;

/** Posts `body`, whose JSON has `length` bytes; -1 if it is JSON only. */
async function post(cluster: Cluster, path: string, body: Uint8Array<ArrayBuffer>, length = -1): Promise<Response> {
  const headers: Record<string, string> = length < 0 ? {} : { [LENGTH_HEADER]: String(length) };
  return await fetch(`http://${cluster.address}/v2/${path}`, { method: "POST", body, headers });
}

async function statusOf(answer: Promise<Response>): Promise<number> {
  const { status, body } = await answer;
  await body?.cancel();
  return status;
}

/** Doubles COUNT floats at a node, as bytes. */
async function doubled(cluster: Cluster): Promise<Float32Array> {
  const numbers = Float32Array.from({ length: COUNT }, (_, at) => at);
  const parameters = { binary_data_size: numbers.byteLength };
  const request = {
    inputs: [{ name: "x", shape: [COUNT], datatype: "FP32", parameters }],
    parameters: { binary_data_output: true },
  };
  const json = new TextEncoder().encode(JSON.stringify(request));
  const body = concat([json, new Uint8Array(numbers.buffer)]);
  const answer = await post(cluster, "models/doubling/infer", body, json.length);
  const bytes = await answer.bytes();
  const start = Number(answer.headers.get(LENGTH_HEADER) ?? bytes.length);
  assertEquals(answer.status, 200, new TextDecoder().decode(bytes.subarray(0, start)));
  return new Float32Array(bytes.slice(start).buffer);
}

Deno.test("/v2 carries megabytes both ways, past a killed node, and unloads and loads a model", async () => {
  await using cluster = await Cluster.start();
  assertEquals(await statusOf(fetch(`http://${cluster.address}/v2/health/ready`)), 503);
  const nodes = [await cluster.join("one"), await cluster.join("two")];
  const file = graphModel({
    inputs: { x: { dims: [-1] } },
    outputs: { y: { dims: [-1] } },
    steps: [{ operator: "Add", from: ["x", "x"], to: "y" }],
  });
  await Deno.writeFile(join(cluster.directory, "doubling.onnx"), file);
  const line = ["models", "add", "doubling.onnx", "--yes", "--master", cluster.address, "--home", cluster.directory];
  assertEquals((await runDml(line, { cwd: cluster.directory })).code, 0);
  for (const node of nodes) await readyFor(node, "doubling@1");
  assertEquals(await statusOf(fetch(`http://${cluster.address}/v2/models/doubling/ready`)), 200);

  const isDoubled = (numbers: Float32Array) => numbers.length === COUNT && numbers.every((one, at) => one === 2 * at);
  assert(isDoubled(await doubled(cluster)));
  const answers = Promise.all([1, 2, 3].map(() => doubled(cluster)));
  await nodes[0].stop("SIGKILL");
  assert((await answers).every(isDoubled));

  const unload = '{"parameters":{"unload_dependents":false}}';
  const ask = (path: string, body: string) => statusOf(post(cluster, path, new TextEncoder().encode(body)));
  assertEquals(await ask("repository/models/doubling/unload", unload), 200);
  assertEquals(await ask("models/doubling/infer", '{"inputs":[]}'), 404);
  assertEquals(await ask("repository/models/doubling/load", '{"parameters":{"config":"{}"}}'), 400);
  await cluster.restartMaster();
  assertEquals(await ask("repository/models/doubling/load", "{}"), 200);
  assertEquals(await ask("repository/models/doubling/load", "{}"), 200);
  assertEquals(await ask("repository/models/nothing/load", "{}"), 404);
  assertEquals(await ask("repository/models/faces/unload", "{}"), 409);
  assert(isDoubled(await doubled(cluster)));
  const audit = await runDml(["audit", "--master", cluster.address], { cwd: cluster.directory });
  for (const action of ["model.load", "model.remove"]) assertStringIncludes(audit.out, action);
});
