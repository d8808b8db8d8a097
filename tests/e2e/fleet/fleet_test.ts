/** Labels, requirements, bindings and orders with a master and nodes in processes of their own. */
import { join } from "node:path";
import { encodeManifest } from "../../../models/manifest.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { SYSTEM_RANDOM } from "../../../protocol/kernel/random.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { DmlProcess, runDml } from "../../../tools/dml_process.ts";
import { HttpFleetClient } from "../../../user/client/http/fleet.ts";
import { MasterHttp } from "../../../user/client/http/master_http.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { emptyManifest } from "../../master/core_world.ts";
import { Cluster, readyFor } from "../cluster.ts";

function startNode(
  cluster: Cluster,
  name: string,
  options: { flags?: string[]; isSupervised?: boolean } = {},
): DmlProcess {
  const { flags = [], isSupervised = false } = options;
  const line = ["join", cluster.address, "--name", name, "--workers", "1", ...flags];
  const home = join(cluster.directory, name);
  // The script of the portable executable sets this variable and starts the node again on its wish.
  const node = DmlProcess.start(line, { home, env: isSupervised ? { DML_SUPERVISED: "1" } : {} });
  cluster.nodes.push(node);
  return node;
}

async function dml(cluster: Cluster, ...line: string[]): Promise<{ code: number; out: string }> {
  return await runDml([...line, "--master", cluster.address], { cwd: cluster.directory });
}

async function addIdle(cluster: Cluster, version: number): Promise<void> {
  const { bytes } = encodeManifest(emptyManifest("idle", version));
  const response = await fetch(`http://${cluster.address}${PATHS.models}`, { method: "POST", body: bytes });
  assertEquals(response.status, 201, await response.text());
}

/** Returns the labels of each node, by name. */
async function labelsOf(cluster: Cluster): Promise<Record<string, readonly string[] | undefined>> {
  return Object.fromEntries((await cluster.client.nodes()).map(({ name, labels }) => [name, labels]));
}

/** Asks the master until the state of `model` on the node called `name` is this one. */
async function untilState(cluster: Cluster, name: string, options: { model: string; state: string }): Promise<void> {
  for (;;) {
    const node = (await cluster.client.nodes()).find((listed) => listed.name === name);
    if (node?.models.some(({ model, state }) => model === options.model && state === options.state)) return;
  }
}

/** Asks the master until every node meets every requirement. */
async function untilMet(cluster: Cluster): Promise<void> {
  const address = { hostname: "127.0.0.1", port: cluster.port };
  using http = new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM });
  const fleet = new HttpFleetClient(http);
  for (;;) {
    const { requirements } = await fleet.requirements();
    if (requirements.every(({ nodes }) => nodes.length > 0 && nodes.every(({ state }) => state === "met"))) return;
  }
}

Deno.test("nodes meet requirements by themselves, again after a restart of the master and of a node", async () => {
  await using cluster = await Cluster.start();
  let one = startNode(cluster, "one", { flags: ["--label", "gpu", "--label", "room=attic"] });
  const two = startNode(cluster, "two");
  await Promise.all([readyFor(one, "faces@1"), readyFor(two, "faces@1")]);
  assertEquals(await labelsOf(cluster), { one: ["gpu", "room=attic"], two: undefined });
  assertEquals((await dml(cluster, "nodes", "label", "one", "-room", "floor=2")).code, 0);
  assertEquals((await dml(cluster, "nodes", "label", "two", "room=loft")).code, 0);
  assertEquals(await labelsOf(cluster), { one: ["floor=2", "gpu"], two: ["room=loft"] });

  await addIdle(cluster, 1);
  await Promise.all([readyFor(one, "idle@1"), readyFor(two, "idle@1")]);
  await addIdle(cluster, 2);
  const required = await dml(cluster, "nodes", "require", "--label", "gpu", "idle@2", "disk=1");
  assertEquals([required.code, required.out], [
    0,
    "idle@2 is required of nodes with the label gpu.\ndisk=1 is required of nodes with the label gpu.\n",
  ]);
  await readyFor(one, "idle@2");
  await untilMet(cluster);
  assert(!two.lines.some((line) => line.includes("idle@2")), "nobody else fetches it");

  await cluster.restartMaster();
  await untilMet(cluster);
  assertEquals(await labelsOf(cluster), { one: ["floor=2", "gpu"], two: ["room=loft"] });

  await one.stop();
  one = startNode(cluster, "one", { flags: ["--label", "gpu", "--label", "room=attic"] });
  await readyFor(one, "idle@2");
  await untilMet(cluster);
  assertEquals((await labelsOf(cluster)).one, ["floor=2", "gpu"], "the admin's labels win after a restart too");

  const unmeetable = await dml(cluster, "nodes", "require", "two", "memory=100TiB");
  assertEquals(unmeetable.code, 0);
  const table = await dml(cluster, "nodes", "requirements");
  assertEquals(table.code, 1, "something is unmet");
  assertStringIncludes(table.out, "memory=100TiB");
  assertStringIncludes(table.out, "Its host has");

  assertEquals((await dml(cluster, "models", "bind", "idle", "--label", "gpu")).code, 0);
  await untilState(cluster, "two", { model: "idle@1", state: "unsuitable" });
  const shown = await dml(cluster, "models", "show", "idle");
  assertStringIncludes(shown.out, "It is bound to nodes with the label gpu.");
  assertEquals((await dml(cluster, "models", "unbind", "idle")).code, 0);
  await untilState(cluster, "two", { model: "idle@1", state: "ready" });
});

Deno.test("orders reach the nodes that they name, and each outcome is a row", async () => {
  await using cluster = await Cluster.start();
  const one = startNode(cluster, "one", { flags: ["--label", "gpu"] });
  let two = startNode(cluster, "two", { isSupervised: true });
  await Promise.all([readyFor(one, "faces@1"), readyFor(two, "faces@1")]);

  const dry = await dml(cluster, "nodes", "drain", "--label", "gpu", "--dry-run");
  assertEquals([dry.code, dry.out], [0, "one: It would be asked.\n"]);
  assert((await cluster.client.nodes()).every(({ state }) => state === "ready"), "nothing was drained");

  const status = await dml(cluster, "nodes", "status", "--all", "--json");
  const rows = status.out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(rows.map(({ name, outcome }) => [name, outcome]).sort(), [["one", "ok"], ["two", "ok"]]);
  for (const { detail } of rows) assertStringIncludes(detail, "faces@1: ");

  const bench = await dml(cluster, "nodes", "bench", "one");
  assertEquals(bench.code, 0);
  assertStringIncludes(bench.out, "(was ");
  const checked = await dml(cluster, "nodes", "doctor", "--all");
  assertEquals(checked.code, 0, checked.out);
  assertStringIncludes(checked.out, "2 ok.");
  assertStringIncludes(checked.out, "workers: A worker without permissions ran");
  assertEquals((await dml(cluster, "nodes", "gc", "--all")).code, 0);

  const refused = await dml(cluster, "nodes", "restart", "one");
  assertEquals(refused.code === 0, false);
  assertStringIncludes(refused.out, "Restart its service");

  const restarted = dml(cluster, "nodes", "restart", "two");
  assertEquals(await two.ended(), 75, "the exit code by which the launcher starts it again");
  two = startNode(cluster, "two", { isSupervised: true });
  const { code, out } = await restarted;
  assertEquals(code, 0);
  assertStringIncludes(out, "two: It is back, with dml ");
  await readyFor(two, "faces@1");
});
