import { assertEquals, assertThrows } from "../assert.ts";
import { encodeManifest, type Manifest } from "../../models/manifest.ts";
import type { DurableEvent } from "../../master/core/messages/durable_event.ts";
import type { NodeRecord } from "../../master/core/state/state.ts";
import type { Ledger } from "../../master/ledger/ledger.ts";
import { emptyManifest, helloOf, idOf } from "../master/core_world.ts";

const NOTHING_DECIDED = { labels: [], requirements: [], bindings: [] };
const ONE = idOf("node", 1);
const TWO = idOf("node", 2);

function recordOf(nodeId: string, overrides: Partial<NodeRecord> = {}): NodeRecord {
  const { name, publicKey, version, capabilities } = helloOf(nodeId);
  return {
    nodeId,
    publicKey,
    standing: "enrolled",
    name,
    address: "10.0.0.1:40000",
    version,
    capabilities,
    firstSeenMs: 1_000,
    lastSeenMs: 1_000,
    completed: 0,
    ...overrides,
  };
}

function registered(document: Manifest, atWallMs: number): DurableEvent {
  const { digest, bytes } = encodeManifest(document);
  const manifest = { digest, size: bytes.length };
  return { type: "model_registered", manifest, document, atMs: 0, atWallMs };
}

/** Registers the tests that every ledger must pass. `open` returns a new, empty one. */
export function testLedger(name: string, open: () => Ledger): void {
  const test = (criterion: string, body: (ledger: Ledger) => void) =>
    Deno.test(`${name} ${criterion}`, () => {
      const ledger = open();
      try {
        body(ledger);
      } finally {
        ledger.close();
        ledger.close(); // a second call must do nothing
      }
    });

  test("begins empty", (ledger) => {
    const nothing = {
      nodes: [],
      models: [],
      removed: [],
      lineages: [],
      pinned: [],
      rollouts: [],
      fleet: NOTHING_DECIDED,
    };
    assertEquals(ledger.load(), nothing);
    ledger.append([]);
    assertEquals(ledger.load(), nothing);
  });

  test("keeps the last record of a node", (ledger) => {
    ledger.append([{ type: "node_recorded", record: recordOf(ONE) }]);
    const later = recordOf(ONE, {
      name: "another name \u{1F600} 'quoted\"",
      address: "[::1]:1",
      version: "9.9.9",
      lastSeenMs: 5_000_000_000_000,
      completed: 7,
      capabilities: { ...recordOf(ONE).capabilities, memoryBytes: 2 ** 45, engines: [] },
    });
    ledger.append([{ type: "node_recorded", record: later }]);
    assertEquals(ledger.load().nodes, [later]);
  });

  test("keeps the decision of an admin about a node, also about one that was never recorded", (ledger) => {
    const removed = recordOf(ONE, { standing: "removed" });
    ledger.append([
      { type: "node_recorded", record: recordOf(ONE, { standing: "open" }) },
      { type: "node_judged", decision: "remove", record: removed },
      { type: "node_judged", decision: "approve", record: recordOf(TWO, { standing: "approved" }) },
    ]);
    assertEquals(ledger.load().nodes, [removed, recordOf(TWO, { standing: "approved" })]);
  });

  test("keeps the time a node was last seen and its completed tasks", (ledger) => {
    ledger.append([
      { type: "node_recorded", record: recordOf(ONE) },
      { type: "node_seen", nodeId: ONE, lastSeenMs: 2_000, completed: 3 },
      { type: "node_seen", nodeId: ONE, lastSeenMs: 3_000, completed: 4 },
    ]);
    assertEquals(ledger.load().nodes, [recordOf(ONE, { lastSeenMs: 3_000, completed: 4 })]);
  });

  test("lists nodes in the order in which they were first seen, without forgotten ones", (ledger) => {
    const third = idOf("node", 3);
    ledger.append([
      { type: "node_recorded", record: recordOf(TWO, { firstSeenMs: 1_000 }) },
      { type: "node_recorded", record: recordOf(third, { firstSeenMs: 1_500 }) },
      { type: "node_recorded", record: recordOf(ONE, { firstSeenMs: 2_000 }) },
      { type: "node_forgotten", nodeId: third },
    ]);
    assertEquals(ledger.load().nodes.map(({ nodeId }) => nodeId), [TWO, ONE]);
  });

  test("keeps models with their manifests, each once", (ledger) => {
    const [first, second] = [emptyManifest("one"), emptyManifest("two", 3)];
    ledger.append([registered(first, 10), registered(second, 20)]);
    const { models } = ledger.load();
    assertEquals(models.map(({ document }) => document), [first, second]);
    assertEquals(models.map(({ registeredAtMs }) => registeredAtMs), [10, 20]);
    assertEquals(models[0].manifest, {
      digest: encodeManifest(first).digest,
      size: encodeManifest(first).bytes.length,
    });
  });

  test("returns a snapshot that later events do not change", (ledger) => {
    ledger.append([{ type: "node_recorded", record: recordOf(ONE) }]);
    const before = ledger.load();
    ledger.append([{ type: "node_seen", nodeId: ONE, lastSeenMs: 9_000, completed: 9 }]);
    assertEquals(before.nodes, [recordOf(ONE)]);
  });

  test("keeps labels, requirements and bindings, and forgets those of a forgotten node", (ledger) => {
    const [all, one] = [{ kind: "all" }, { kind: "node", nodeId: ONE }] as const;
    ledger.append([
      { type: "node_recorded", record: recordOf(ONE) },
      { type: "labels_changed", nodeId: ONE, change: { set: ["gpu", "room=attic", "old"], remove: [] } },
      { type: "labels_changed", nodeId: ONE, change: { set: ["room=loft"], remove: ["old"] } },
      { type: "requirement_stated", stated: { target: all, requirement: "memory=1GiB", sinceMs: 1 } },
      { type: "requirement_stated", stated: { target: one, requirement: "faces@2", sinceMs: 2 } },
      { type: "requirement_stated", stated: { target: all, requirement: "memory=4GiB", sinceMs: 1 } },
      { type: "requirement_stated", stated: { target: all, requirement: "dml=0.1", sinceMs: 3 } },
      { type: "requirement_dropped", target: all, requirement: "dml=9" },
      { type: "model_bound", name: "faces", labels: ["gpu"] },
      { type: "model_bound", name: "yolo", labels: ["gpu"] },
      { type: "model_bound", name: "yolo", labels: [] },
    ]);
    const kept = { target: all, requirement: "memory=4GiB", sinceMs: 1 };
    assertEquals(ledger.load().fleet, {
      labels: [{ nodeId: ONE, change: { set: ["gpu", "room=loft"], remove: ["old"] } }],
      requirements: [kept, { target: one, requirement: "faces@2", sinceMs: 2 }],
      bindings: [{ name: "faces", labels: ["gpu"] }],
    });
    ledger.append([{ type: "node_forgotten", nodeId: ONE }]);
    const { labels, requirements } = ledger.load().fleet;
    assertEquals([labels, requirements], [[], [kept]]);
  });

  test("keeps none of the events when one of them cannot be stored", (ledger) => {
    assertThrows(() =>
      ledger.append([
        { type: "node_recorded", record: recordOf(ONE) },
        { type: "node_seen", nodeId: TWO, lastSeenMs: 1, completed: 0 },
      ])
    );
    assertEquals(ledger.load().nodes, []);
    ledger.append([{ type: "node_recorded", record: recordOf(TWO) }]);
    assertEquals(ledger.load().nodes.length, 1, "and goes on after it");
  });
}
