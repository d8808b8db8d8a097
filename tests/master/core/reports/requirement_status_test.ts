import { complianceOf } from "../../../../master/core/reports/requirement_status.ts";
import { listRequirements, placementOf } from "../../../../master/core/reports/placement.ts";
import type { NodeState } from "../../../../master/core/state/state.ts";
import type { ProgramStateMessage } from "../../../../protocol/messages/program.ts";
import { digestOf } from "../../../../protocol/kernel/digest.ts";
import { assertEquals, assertStringIncludes } from "../../../assert.ts";
import { availabilityOf, CoreWorld, emptyManifest, helloOf, idOf, type WorldNode } from "../../core_world.ts";

const ONE = idOf("node", 1);
const GIB = 1024 ** 3;

function nodeIn(world: CoreWorld): NodeState {
  return world.state.nodes.get(ONE)!;
}

function stateOf(world: CoreWorld, requirement: string): [string, string | null] {
  const { state, reason } = complianceOf(world.state, nodeIn(world), requirement);
  return [state, reason];
}

function fail(world: CoreWorld, node: WorldNode, code: string): void {
  world.turn({
    type: "accept_model_failure",
    ...node,
    message: { type: "model.failed", manifestDigest: world.manifestDigest, code, reason: "It broke." },
  });
}

Deno.test("complianceOf() a model follows its way to the node", () => {
  const world = new CoreWorld();
  const node = world.join(ONE, { ready: false });
  assertEquals(stateOf(world, "empty@1"), ["converging", "It is fetching or loading the model."]);
  fail(world, node, "connection_lost");
  assertEquals(stateOf(world, "empty@1"), ["converging", "It broke."]);
  fail(world, node, "model_invalid");
  assertEquals(stateOf(world, "empty@1"), ["unmet", "It broke."]);
  world.ready(node, world.manifestDigest);
  assertEquals([stateOf(world, "empty@1"), stateOf(world, "empty")], [["met", null], ["met", null]]);
  world.lose(node);
  assertEquals(stateOf(world, "empty@1"), ["unknown", "It is not connected."]);
});

Deno.test("complianceOf() a model that is not served, not suitable or not for this node is unmet, and says why", () => {
  const world = new CoreWorld();
  const needy = { ...emptyManifest("needy"), requirements: { engine: "none", memoryBytes: 9 * GIB } as const };
  world.register(needy);
  world.register(emptyManifest("empty", 2));
  world.join(ONE);
  assertEquals(stateOf(world, "empty@7"), ["unmet", "The master does not serve this model."]);
  assertEquals(stateOf(world, "empty@2"), ["converging", "It is about to be offered the model."]);
  assertEquals(stateOf(world, "needy@1"), ["unmet", "It needs 9216 MiB of memory; the host has 2048."]);
  world.turn({ type: "bind_model", commandId: idOf("command", 1), name: "empty", labels: ["gpu"] });
  assertEquals(stateOf(world, "empty@1"), ["unmet", "It is bound to nodes with the label gpu."]);
  assertEquals(stateOf(world, "Not a requirement")[0], "unmet");
});

Deno.test("complianceOf() memory and disk compare what the node reports", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  assertEquals(stateOf(world, "memory=2GiB"), ["met", null]);
  assertEquals(stateOf(world, "memory=4GiB"), ["unmet", "Its host has 2048 MiB of memory."]);
  const report = (diskFreeBytes?: number) =>
    world.turn({
      type: "update_availability",
      ...node,
      availability: availabilityOf(diskFreeBytes === undefined ? {} : { diskFreeBytes }),
    });
  assertEquals(stateOf(world, "disk=1GiB")[0], "unknown");
  report();
  assertEquals(stateOf(world, "disk=1GiB"), ["unknown", "It has not reported how much is free on its disk."]);
  report(2 * GIB);
  assertEquals([stateOf(world, "disk=2GiB"), stateOf(world, "disk=3GiB")], [
    ["met", null],
    ["unmet", "2048 MiB are free on its disk."],
  ]);
  world.lose(node);
  assertEquals([stateOf(world, "memory=2GiB")[0], stateOf(world, "disk=1GiB")[0]], ["met", "unknown"]);
});

Deno.test("complianceOf() dml says whether a newer program is on its way", () => {
  const world = new CoreWorld();
  const node = world.join(ONE, { hello: { version: "0.1.0" } });
  assertEquals([stateOf(world, "dml=0.1")[0], stateOf(world, "dml=0.0.9")[0]], ["met", "met"]);
  assertStringIncludes(stateOf(world, "dml=0.2")[1]!, "The master has no program for linux-x64 that is new enough.");
  const digest = digestOf(new Uint8Array([1]));
  world.turn({ type: "add_program", program: { version: "0.2.0", target: "linux-x64", digest, size: 1 } });
  assertEquals(stateOf(world, "dml=0.2"), ["converging", "It runs dml 0.1.0. The master offers it dml 0.2.0."]);
  assertEquals(stateOf(world, "dml=0.3")[0], "unmet");
  world.turn({ type: "tick" });
  const report = (state: ProgramStateMessage["state"], reason: string | null) => {
    const message = { type: "program.state", digest, state, reason } as const;
    world.turn({ type: "accept_program_state", ...node, message });
    return stateOf(world, "dml=0.2");
  };
  assertEquals(report("fetching", null)[0], "converging");
  assertEquals(report("failed", "No room."), ["converging", "It runs dml 0.1.0. No room."]);
  assertEquals(report("declined", "No --upgrade."), ["unmet", "It runs dml 0.1.0. No --upgrade."]);
  world.lose(node);
  assertEquals(stateOf(world, "dml=0.2")[0], "unmet");
  world.join(ONE, { hello: { version: "0.2.0" } });
  assertEquals(stateOf(world, "dml=0.2"), ["met", null]);
});

Deno.test("listRequirements() names the nodes of each target, and bindings", () => {
  const world = new CoreWorld();
  const capabilities = { ...helloOf(ONE).capabilities, labels: ["gpu"] };
  world.join(ONE, { hello: { capabilities } });
  world.join(idOf("node", 2));
  const targets = [{ kind: "all" }, { kind: "label", label: "gpu" }, { kind: "label", label: "fan" }] as const;
  for (const [index, target] of targets.entries()) {
    const change = { target, requirement: "empty@1", isRequired: true };
    world.turn({ type: "change_requirement", commandId: idOf("command", index), change });
  }
  world.turn({ type: "bind_model", commandId: idOf("command", 9), name: "empty", labels: ["gpu"] });
  const { requirements, bindings } = listRequirements(world.state);
  assertEquals(requirements.map(({ nodes }) => nodes.map(({ state }) => state)), [["met", "unmet"], ["met"], []]);
  assertEquals(bindings, [{ model: "empty", labels: ["gpu"] }]);
});

Deno.test("listRequirements() and placementOf() leave out a node that was removed until it is restored", () => {
  const world = new CoreWorld();
  world.join(ONE);
  const change = { target: { kind: "all" }, requirement: "empty@1", isRequired: true } as const;
  world.turn({ type: "change_requirement", commandId: idOf("command", 1), change });
  const model = world.state.models.get(world.manifestDigest)!;
  const counts =
    () => [listRequirements(world.state).requirements[0].nodes.length, placementOf(world.state, model).length];
  assertEquals(counts(), [1, 1]);
  world.turn({ type: "judge_node", commandId: idOf("command", 2), nodeId: ONE, decision: "remove" });
  assertEquals(counts(), [0, 0]);
  world.turn({ type: "judge_node", commandId: idOf("command", 3), nodeId: ONE, decision: "restore" });
  assertEquals(counts(), [1, 1]);
});

Deno.test("placementOf() says of every known node whether it can take a picture, and why not", () => {
  const world = new CoreWorld();
  const model = world.state.models.get(world.manifestDigest)!;
  const place = () => {
    const [{ obstacle, reason }] = placementOf(world.state, model);
    return [obstacle, reason];
  };
  const node = world.join(ONE, { ready: false });
  assertEquals(place(), ["loading", "It is fetching or loading the model."]);
  fail(world, node, "model_invalid");
  assertEquals(place(), ["failed", "It broke."]);
  world.ready(node, world.manifestDigest);
  assertEquals(place(), [null, null]);
  world.turn({ type: "update_availability", ...node, availability: availabilityOf({ draining: true }) });
  assertEquals(place(), ["draining", "It takes no new work."]);
  world.lose(node);
  assertEquals(place(), ["offline", "It is not connected."]);
  world.turn({ type: "bind_model", commandId: idOf("command", 1), name: "empty", labels: ["gpu"] });
  assertEquals(place(), ["offline", "It is bound to nodes with the label gpu."]);
  world.join(ONE);
  assertEquals(place(), ["unsuitable", "It is bound to nodes with the label gpu."]);
});
