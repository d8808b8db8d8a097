import type { RequirementTarget } from "../../../../protocol/http_api/fleet_api.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { labelsOf } from "../../../../master/core/fleet/node_labels.ts";
import { assertEquals } from "../../../assert.ts";
import { CoreWorld, emptyManifest, helloOf, idOf, type WorldNode } from "../../core_world.ts";

const ONE = idOf("node", 1);
const TWO = idOf("node", 2);
const ALL: RequirementTarget = { kind: "all" };
let commands = 0;

function answerOf(world: CoreWorld, commandId: string): [string | null, string] {
  const answers = world.effects.filter((effect) => effect.type === "answer_command" && effect.commandId === commandId);
  if (answers.length !== 1 || answers[0].type !== "answer_command") throw new Error(`${answers.length} answers`);
  return [answers[0].code, answers[0].detail];
}

function label(world: CoreWorld, nodeId: string, set: string[], remove: string[] = []) {
  const commandId = idOf("command", ++commands);
  world.turn({ type: "change_labels", commandId, nodeId, change: { set, remove } });
  return answerOf(world, commandId);
}

function require(world: CoreWorld, target: RequirementTarget, requirement: string, isRequired = true) {
  const commandId = idOf("command", ++commands);
  world.turn({ type: "change_requirement", commandId, change: { target, requirement, isRequired } });
  return answerOf(world, commandId);
}

function bind(world: CoreWorld, name: string, labels: string[]) {
  const commandId = idOf("command", ++commands);
  world.turn({ type: "bind_model", commandId, name, labels });
  return answerOf(world, commandId);
}

const labelled = (labels: string[]) => ({
  hello: { capabilities: { ...helloOf(ONE).capabilities, labels } },
});

function offersTo(world: CoreWorld, node: WorldNode): string[] {
  return world.sentTo(node, "model.offer").map(({ model }) => model);
}

Deno.test("decideFleet() sets and removes labels, which win over those that the node was started with", () => {
  const world = new CoreWorld();
  const node = world.join(ONE, labelled(["room=attic", "old"]));
  assertEquals(label(world, ONE, ["gpu", "room=loft"], ["old"]), [null, "Its labels are now gpu, room=loft."]);
  world.lose(node);
  world.join(ONE, labelled(["room=attic", "old", "fan"]));
  assertEquals(labelsOf(world.state, world.state.nodes.get(ONE)!.record), ["fan", "gpu", "room=loft"]);
  assertEquals(label(world, TWO, ["gpu"]), ["node_unknown", `There is no node ${TWO}.`]);
});

Deno.test("decideFleet() bounds the labels of a node, removed ones included", () => {
  const world = new CoreWorld();
  world.join(ONE);
  const names = Array.from({ length: LIMITS.nodeLabelsMax }, (_, index) => `l${index}`);
  assertEquals(label(world, ONE, names)[0], null);
  assertEquals(label(world, ONE, ["more"])[0], "request_invalid");
  assertEquals(label(world, ONE, [], ["more"])[0], "request_invalid");
  assertEquals(label(world, ONE, ["l0=changed"])[0], null);
});

Deno.test("decideFleet() replaces a requirement on the same subject of the same nodes only", () => {
  const world = new CoreWorld();
  world.join(ONE);
  require(world, ALL, "memory=1GiB");
  require(world, { kind: "node", nodeId: ONE }, "memory=2GiB");
  assertEquals(require(world, ALL, "memory=4GiB"), [
    null,
    "memory=4GiB is required of all nodes instead of memory=1GiB.",
  ]);
  require(world, ALL, "empty@1");
  require(world, ALL, "empty@2");
  const stated = () => [...world.state.fleet.requirements.values()].map(({ requirement }) => requirement);
  assertEquals(stated(), ["memory=4GiB", "memory=2GiB", "empty@1", "empty@2"]);
  assertEquals(require(world, ALL, "memory=9GiB", false)[1], "memory=4GiB is no longer required of all nodes.");
  assertEquals(require(world, ALL, "memory=9GiB", false)[0], "request_invalid");
  assertEquals(stated(), ["memory=2GiB", "empty@1", "empty@2"]);
  assertEquals(require(world, { kind: "node", nodeId: TWO }, "dml=1")[0], "node_unknown");
});

Deno.test("decideFleet() bounds the number of requirements", () => {
  const world = new CoreWorld();
  for (let index = 0; index < LIMITS.requirementsMax; index++) require(world, ALL, `m${index}`);
  assertEquals(require(world, ALL, "more")[0], "request_invalid");
  assertEquals(require(world, ALL, "m0")[0], null);
});

Deno.test("decideFleet() changes nothing if the ledger cannot be written", () => {
  const world = new CoreWorld();
  world.join(ONE);
  world.persistFirst = () => ({ code: "disk_full", reason: "The disk is full." });
  assertEquals(label(world, ONE, ["gpu"])[0], "disk_full");
  assertEquals(require(world, ALL, "empty@1")[0], "disk_full");
  assertEquals(bind(world, "empty", ["gpu"])[0], "disk_full");
  const { labels, requirements, bindings } = world.state.fleet;
  assertEquals([labels.size, requirements.size, bindings.size], [0, 0, 0]);
});

Deno.test("a required version is offered at once, to its nodes only, and again to a node that comes back", () => {
  const world = new CoreWorld();
  world.register(emptyManifest("empty", 2));
  const [one, two] = [world.join(ONE), world.join(TWO)];
  assertEquals([offersTo(world, one), offersTo(world, two)], [["empty@1"], ["empty@1"]]);
  require(world, { kind: "node", nodeId: ONE }, "empty@2");
  assertEquals([offersTo(world, one), offersTo(world, two)], [["empty@1", "empty@2"], ["empty@1"]]);
  world.lose(one);
  assertEquals(offersTo(world, world.join(ONE)).slice(2).sort(), ["empty@1", "empty@2"]);
});

Deno.test("a version that is no longer required is retired once it was not asked for", () => {
  const world = new CoreWorld({ demandKeptMs: 1_000 });
  world.register(emptyManifest("empty", 2));
  const one = world.join(ONE);
  require(world, ALL, "empty@2");
  world.pass(2_000, { alive: [one] });
  assertEquals(world.sentTo(one, "model.retire"), []);
  require(world, ALL, "empty@2", false);
  assertEquals(world.sentTo(one, "model.retire").length, 1);
});

Deno.test("a bound model leaves the nodes without the label and comes to those that get it", () => {
  const world = new CoreWorld();
  const [one, two] = [world.join(ONE, labelled(["gpu"])), world.join(TWO)];
  bind(world, "empty", ["gpu"]);
  assertEquals([world.sentTo(one, "model.retire").length, world.sentTo(two, "model.retire").length], [0, 1]);
  assertEquals(
    world.state.nodes.get(TWO)?.connection?.models.get(world.manifestDigest)?.reason,
    [
      "It is bound to nodes with the label gpu.",
    ][0],
  );
  world.ready(two, world.manifestDigest); // the report was on its way
  const taskId = world.submit();
  assertEquals(world.sentTo(one, "task.assign").map((assign) => assign.taskId), [taskId]);
  label(world, TWO, ["gpu=amd"]);
  assertEquals(offersTo(world, two), ["empty@1", "empty@1"]);
  label(world, ONE, [], ["gpu"]);
  assertEquals(world.sentTo(one, "model.retire").length, 1);
  bind(world, "empty", []);
  assertEquals(offersTo(world, one), ["empty@1", "empty@1"]);
});

Deno.test("a node that joins without the label of a bound model is not offered it", () => {
  const world = new CoreWorld();
  bind(world, "empty", ["gpu", "room=attic"]);
  assertEquals(offersTo(world, world.join(ONE, { ...labelled(["gpu"]), ready: false })), []);
  assertEquals(offersTo(world, world.join(TWO, { ...labelled(["gpu", "room=attic"]), ready: false })), ["empty@1"]);
});

Deno.test("a node that is forgotten leaves no labels and no requirements of its own", () => {
  const world = new CoreWorld({ nodesMax: 1 });
  world.lose(world.join(ONE));
  label(world, ONE, ["gpu"]);
  require(world, { kind: "node", nodeId: ONE }, "empty@1");
  require(world, ALL, "empty@1");
  world.join(TWO);
  assertEquals(world.state.fleet.labels.size, 0);
  assertEquals([...world.state.fleet.requirements.values()].map(({ target }) => target), [ALL]);
});
