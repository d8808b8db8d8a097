/** Nodes that wait, are let in, are put out, and share a key: as processes. */
import { join } from "node:path";
import { assert, assertEquals } from "../../assert.ts";
import { Cluster, readyFor } from "../cluster.ts";

Deno.test("a node waits for approval, is let in, put out, and let in again, without being started anew", async () => {
  await using cluster = await Cluster.start({ flags: ["--approve"] });
  const node = cluster.joinUnready("attic");
  await node.logged("The node waits for the approval of an admin.");
  const [{ nodeId, state }] = await cluster.client.nodes();
  assertEquals(state, "waiting");
  await cluster.client.judgeNode(nodeId, "approve");
  await readyFor(node, "faces@1");
  await cluster.client.judgeNode(nodeId, "remove");
  const refused = await node.logged("The node was accepted before and is refused now; it will retry.");
  assertEquals(refused.code, "node_removed");
  assertEquals((await cluster.client.nodes()).map(({ state }) => state), ["removed"]);
  await cluster.restartMaster();
  assertEquals((await cluster.client.nodes()).map(({ state }) => state), ["removed"]);
  await cluster.client.judgeNode(nodeId, "restore");
  await cluster.master.logged("Node attic joined.");
});

Deno.test("a copy of a data directory is told so while the original is in, and comes in after it", async () => {
  await using cluster = await Cluster.start();
  const original = await cluster.join("attic");
  const [{ nodeId }] = await cluster.client.nodes();
  const from = join(cluster.directory, "attic", "nodes", "1", "identity.json");
  const to = join(cluster.directory, "copy", "nodes", "1");
  await Deno.mkdir(to, { recursive: true });
  await Deno.copyFile(from, join(to, "identity.json"));
  const copy = cluster.joinUnready("copy");
  const refused = await copy.logged(
    "There is no connection to the master; the node will retry.",
    ({ code }) => code === "node_duplicate",
  );
  assert(String(refused.reason).includes("same key"));
  assertEquals((await cluster.client.nodes()).map(({ name, state }) => [name, state]), [["attic", "ready"]]);
  assertEquals(await original.stop(), 0);
  await readyFor(copy, "faces@1");
  assertEquals((await cluster.client.nodes()).map((node) => [node.nodeId, node.name]), [[nodeId, "copy"]]);
});
