import type { EnrolmentProof } from "../../../../master/core/messages/command.ts";
import type { MasterSettings } from "../../../../master/core/state/settings.ts";
import type { Standing } from "../../../../master/core/state/state.ts";
import type { NodeDecision } from "../../../../protocol/http_api/node_decision.ts";
import { assertEquals } from "../../../assert.ts";
import { CoreWorld, helloOf, idOf } from "../../core_world.ts";

const ONE = idOf("node", 1);
const OPEN: EnrolmentProof = { kind: "open" };
const TOKEN: EnrolmentProof = { kind: "token" };
const NONE: EnrolmentProof = { kind: "none", code: "unauthorized", reason: "No token." };
const OWN: EnrolmentProof = { kind: "own" };
const PROOFS = { open: OPEN, token: TOKEN, own: OWN, none: NONE };

/** Returns a world in which the key of the node has this standing; `null` for an unknown key. */
function worldWith(standing: Standing | null, settings: Partial<MasterSettings>): CoreWorld {
  const world = new CoreWorld(settings);
  if (standing === null) return world;
  const { name, publicKey, version, capabilities } = helloOf(ONE);
  const times = { firstSeenMs: 1, lastSeenMs: 1, completed: 0 };
  const record = { nodeId: ONE, publicKey, standing, name, address: "10.0.0.9:1", version, capabilities, ...times };
  world.turn(); // nothing but what follows
  if (standing === "waiting") world.state.waiting.set(ONE, record);
  else world.state.nodes.set(ONE, { record, lastSeenMs: 1, recordedAtMs: 1, completed: 0, hash: 1, connection: null });
  return world;
}

/** Returns the code of the refusal, or the standing of the node that is in and if it is new. */
function outcomeOf(world: CoreWorld, proof: EnrolmentProof): string {
  const before = world.events.length;
  world.join(ONE, { proof, ready: false });
  for (const event of world.events.slice(before)) {
    if (event.type === "node_refused") return event.code;
    if (event.type === "node_connected") {
      return `${world.state.nodes.get(ONE)?.record.standing}${event.isFirst ? ", first" : ""}`;
    }
  }
  return "nothing";
}

type Outcomes = Readonly<Record<keyof typeof PROOFS, string>>;
const same = (outcome: string): Outcomes => ({ open: outcome, token: outcome, own: outcome, none: outcome });

/** Outcome by standing, without and with the approval of an admin. */
const TABLE: readonly (readonly [Standing | null, Outcomes, Outcomes])[] = [
  [null, { open: "open, first", token: "enrolled, first", own: "enrolled, first", none: "unauthorized" }, {
    open: "approval_pending",
    token: "approval_pending",
    own: "enrolled, first",
    none: "unauthorized",
  }],
  ["waiting", { open: "open, first", token: "enrolled, first", own: "enrolled, first", none: "unauthorized" }, {
    open: "approval_pending",
    token: "approval_pending",
    own: "enrolled, first",
    none: "unauthorized",
  }],
  ["open", { open: "open", token: "enrolled, first", own: "enrolled, first", none: "unauthorized" }, {
    open: "open",
    token: "approval_pending",
    own: "enrolled, first",
    none: "unauthorized",
  }],
  ["enrolled", same("enrolled"), same("enrolled")],
  ["approved", same("enrolled, first"), same("enrolled, first")],
  ["removed", same("node_removed"), same("node_removed")],
];

Deno.test("admitNode() lets in the keys that it knows, and others by token and approval", () => {
  for (const [standing, plain, approved] of TABLE) {
    for (const [kind, proof] of Object.entries(PROOFS) as [keyof typeof PROOFS, EnrolmentProof][]) {
      const what = `${standing} with ${kind}`;
      assertEquals(outcomeOf(worldWith(standing, {}), proof), plain[kind], what);
      assertEquals(outcomeOf(worldWith(standing, { requiresApproval: true }), proof), approved[kind], `${what}, held`);
    }
  }
});

Deno.test("admitNode() refuses another key with the id of a known one", () => {
  const world = new CoreWorld();
  world.lose(world.join(ONE));
  world.join(ONE, { hello: { publicKey: "k".repeat(43) }, proof: TOKEN, ready: false });
  assertEquals(world.events.at(-1)?.type, "node_refused");
  assertEquals(world.state.nodes.get(ONE)?.connection, null);
});

Deno.test("admitNode() forgets a waiting node whose token is no longer valid", () => {
  const world = new CoreWorld({ requiresApproval: true });
  world.join(ONE, { proof: TOKEN, ready: false });
  assertEquals(world.state.waiting.size, 1);
  world.join(ONE, { proof: NONE, ready: false });
  assertEquals(world.state.waiting.size, 0);
});

Deno.test("admitNode() makes room among the waiting for the one that still tries, and forgets who gave up", () => {
  const world = new CoreWorld({ requiresApproval: true, waitingNodesMax: 2, waitingKeptMs: 120_000 });
  const knock = (number: number) => {
    world.join(idOf("node", number), { proof: TOKEN, ready: false });
    const refused = world.events.at(-1);
    return refused?.type === "node_refused" ? refused.code : null;
  };
  assertEquals([knock(1), knock(2), knock(3)], ["approval_pending", "approval_pending", "too_many_nodes"]);
  world.nowMs += 61_000;
  assertEquals([knock(2), knock(3)], ["approval_pending", "approval_pending"]);
  assertEquals([...world.state.waiting.keys()], [idOf("node", 2), idOf("node", 3)]);
  world.pass(121_000, { stepMs: 1_000 });
  assertEquals(world.state.waiting.size, 0);
});

/** Returns the world after decisions about a node, and the code and detail of the last one. */
function judged(world: CoreWorld, ...decisions: readonly NodeDecision[]): string | null {
  let code: string | null = "none";
  for (const [at, decision] of decisions.entries()) {
    const events = world.turn({ type: "judge_node", commandId: idOf("command", at), nodeId: ONE, decision });
    const finished = events.find((event) => event.type === "command_finished");
    code = finished?.code ?? null;
  }
  return code;
}

Deno.test("judgeNode() changes the standing of a node as decided, and says so if there is nothing to change", () => {
  const cases: readonly [Standing | null, readonly NodeDecision[], string | null, Standing | null][] = [
    [null, ["approve"], "node_unknown", null],
    [null, ["remove"], "node_unknown", null],
    ["waiting", ["approve"], null, "approved"],
    ["waiting", ["remove"], null, "removed"],
    ["waiting", ["remove", "approve"], "node_removed", "removed"],
    ["waiting", ["restore"], null, null],
    ["enrolled", ["approve"], null, "enrolled"],
    ["enrolled", ["remove", "remove"], null, "removed"],
    ["enrolled", ["remove", "restore"], null, "enrolled"],
    ["open", ["remove", "restore"], null, "enrolled"],
  ];
  for (const [standing, decisions, code, after] of cases) {
    const world = worldWith(standing, {});
    const what = `${standing}: ${decisions}`;
    assertEquals(judged(world, ...decisions), code, what);
    assertEquals(world.state.nodes.get(ONE)?.record.standing ?? null, after, what);
  }
});

Deno.test("judgeNode() changes nothing if the ledger cannot be written", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  world.persistFirst = () => ({ code: "disk_full", reason: "No space." });
  assertEquals(judged(world, "remove"), "disk_full");
  assertEquals(world.state.nodes.get(ONE)?.connection?.connectionId, node.connectionId);
});

Deno.test("a removed node keeps its place whatever else comes, and takes none from others", () => {
  const world = new CoreWorld({ nodesMax: 2, removedNodesMax: 1 });
  world.join(ONE);
  judged(world, "remove");
  const other = world.join(idOf("node", 2));
  world.lose(other);
  world.join(idOf("node", 3));
  world.join(idOf("node", 4));
  assertEquals([...world.state.nodes.keys()], [ONE, idOf("node", 3), idOf("node", 4)]);
  const [refused] = world.turn({
    type: "judge_node",
    commandId: idOf("command", 1),
    nodeId: idOf("node", 3),
    decision: "remove",
  });
  assertEquals(refused.type === "command_finished" && refused.code, "too_many_nodes");
});
