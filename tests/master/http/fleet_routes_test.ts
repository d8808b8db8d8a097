import { modelDetailSchema, nodesSchema } from "../../../protocol/http_api/api.ts";
import { auditPageSchema } from "../../../protocol/http_api/audit_api.ts";
import { requirementsListingSchema } from "../../../protocol/http_api/fleet_api.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { MemoryLedger } from "../../../master/ledger/memory_ledger.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { idOf } from "../core_world.ts";
import { MasterFixture } from "../master_fixture.ts";
import { ask, problemIn } from "./http_fixture.ts";

function put(fixture: MasterFixture, path: string, body: unknown) {
  return ask(fixture.master, path, { method: "PUT", body: typeof body === "string" ? body : JSON.stringify(body) });
}

async function detailOf(response: Promise<Response>): Promise<string> {
  const answer = await response;
  assertEquals(answer.status, 200);
  return (await answer.json()).detail;
}

async function requirementsOf(fixture: MasterFixture) {
  return requirementsListingSchema.parse(await (await ask(fixture.master, "/v1/requirements")).json());
}

Deno.test("PUT /v1/nodes/ID/labels changes the labels that GET /v1/nodes lists", async () => {
  await using fixture = await MasterFixture.start();
  const { nodeId } = await fixture.join(1);
  const path = `/v1/nodes/${nodeId}/labels`;
  assertEquals(
    await detailOf(put(fixture, path, { set: ["room=attic", "gpu"], remove: [] })),
    [
      "Its labels are now gpu, room=attic.",
    ][0],
  );
  const { nodes } = nodesSchema.parse(await (await ask(fixture.master, "/v1/nodes")).json());
  assertEquals(nodes.map(({ labels }) => labels), [["gpu", "room=attic"]]);
  assertEquals(await detailOf(put(fixture, path, { set: [], remove: ["gpu", "room"] })), "It has no labels now.");
});

Deno.test("PUT /v1/requirements states and drops requirements, and a new master still has them", async () => {
  const ledger = new MemoryLedger();
  const target = { kind: "all" };
  {
    await using fixture = await MasterFixture.start({ ledger });
    await fixture.join(1);
    for (const requirement of ["empty@1", "memory=9TiB", "disk=1GiB"]) {
      await detailOf(put(fixture, "/v1/requirements", { target, requirement, isRequired: true }));
    }
    await detailOf(put(fixture, "/v1/requirements", { target, requirement: "disk", isRequired: false }));
    await detailOf(put(fixture, "/v1/models/faces/labels", { labels: ["gpu"] }));
    const { requirements, bindings } = await requirementsOf(fixture);
    assertEquals(requirements.map(({ nodes }) => nodes.map(({ state }) => state)), [["met"], ["unmet"]]);
    assertEquals(bindings, [{ model: "faces", labels: ["gpu"] }]);
  }
  await using again = await MasterFixture.start({ ledger });
  const { requirements, bindings } = await requirementsOf(again);
  assertEquals(requirements.map(({ requirement, nodes: [node] }) => [requirement, node.state]), [
    ["empty@1", "unknown"],
    ["memory=9TiB", "unmet"],
  ]);
  assertEquals(bindings, [{ model: "faces", labels: ["gpu"] }]);
});

Deno.test("GET /v1/models/NAME says of every node why it cannot take a picture, and where the model may be", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  await detailOf(put(fixture, "/v1/models/faces/labels", { labels: ["gpu"] }));
  const detail = modelDetailSchema.parse(await (await ask(fixture.master, "/v1/models/faces")).json());
  assertEquals(detail.labels, ["gpu"]);
  assertEquals(detail.placement.map(({ nodeId, obstacle, reason }) => [nodeId, obstacle, reason]), [
    [node.nodeId, "unsuitable", "It is bound to nodes with the label gpu."],
  ]);
});

Deno.test("the routes of the fleet leave in the audit what was changed, and how", async () => {
  await using fixture = await MasterFixture.start();
  const { nodeId } = await fixture.join(1);
  const target = { kind: "label", label: "gpu" };
  await detailOf(put(fixture, `/v1/nodes/${nodeId}/labels`, { set: ["gpu"], remove: ["room"] }));
  for (const isRequired of [true, false]) {
    await detailOf(put(fixture, "/v1/requirements", { target, requirement: "memory=1GiB", isRequired }));
  }
  for (const labels of [["gpu"], []]) await detailOf(put(fixture, "/v1/models/faces/labels", { labels }));
  const { entries } = auditPageSchema.parse(await (await ask(fixture.master, "/v1/audit")).json());
  assertEquals(entries.slice(1).map(({ action, subject, detail }) => [action, subject, detail]), [
    ["node.labels", nodeId, "gpu, without room"],
    ["node.require", "memory=1GiB", "gpu"],
    ["node.require", "memory=1GiB", "gpu, no longer"],
    ["model.bind", "faces", "gpu"],
    ["model.bind", "faces", "every node"],
  ]);
});

Deno.test("the routes of the fleet refuse what is not there or has no such form, in a sentence", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const target = { kind: "all" };
  const labels = `/v1/nodes/${node.nodeId}/labels`;
  const refused = [
    [`/v1/nodes/${idOf("node", 2)}/labels`, { set: [], remove: [] }, "node_unknown", "There is no node"],
    ["/v1/nodes/attic/labels", { set: [], remove: [] }, "request_invalid", "The node's id"],
    [labels, { set: ["GPU"], remove: [] }, "request_invalid", "must be a label like gpu"],
    [labels, { set: ["a\nb"], remove: [] }, "request_invalid", "must be a label like gpu"],
    [labels, "no json", "request_invalid", "is not JSON"],
    [labels, { set: Array(LIMITS.nodeLabelsMax + 1).fill("a"), remove: [] }, "request_invalid", "set"],
    ["/v1/requirements", { target, requirement: "cpu=4", isRequired: true }, "request_invalid", "must be NAME"],
    ["/v1/requirements", { target, requirement: "facse", isRequired: true }, "model_unknown", "facse"],
    ["/v1/requirements", { target, requirement: "faces@9", isRequired: true }, "model_unknown", "faces@9"],
    ["/v1/requirements", { target, requirement: "faces", isRequired: false }, "request_invalid", "is not required"],
    [
      "/v1/requirements",
      { target: { kind: "some" }, requirement: "faces", isRequired: true },
      "request_invalid",
      "kind",
    ],
    ["/v1/models/facse/labels", { labels: [] }, "model_unknown", "facse"],
    ["/v1/models/faces@1/labels", { labels: [] }, "request_invalid", "without a version"],
  ] as const;
  for (const [path, body, code, part] of refused) {
    const problem = await problemIn(put(fixture, path, body));
    assertEquals(problem.code, code, `${path} ${JSON.stringify(body)}`);
    assertStringIncludes(problem.detail, part);
  }
  assertEquals((await requirementsOf(fixture)).requirements, []);
});
