import { matches } from "../../../master/logs/log_filter.ts";
import { DEFAULT_TAIL, logQuery } from "../../../master/logs/log_query.ts";
import { sourcedRecords } from "../../../master/logs/sourced_records.ts";
import type { StoredRecord } from "../../../master/logs/stored_record.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { idOf } from "../core_world.ts";

const NODES = [
  { nodeId: idOf("node", 1), name: "attic" },
  { nodeId: idOf("node", 2), name: "twin" },
  { nodeId: idOf("node", 3), name: "twin" },
  { nodeId: idOf("node", 4), name: "master" },
];

function queryOf(text: string) {
  const parameters: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) (parameters[name] ??= []).push(value);
  return logQuery(parameters, { nodes: NODES });
}

Deno.test("logQuery() returns the parameters, and defaults for those that are absent", () => {
  const filter = { source: null, level: "info", sinceMs: 0 } as const;
  assertEquals(queryOf(""), { filter, tail: DEFAULT_TAIL, after: 0, waitMs: 0 });
  assertEquals(queryOf("after=5&waitMs=100"), { filter, tail: null, after: 5, waitMs: 100 });
  assertEquals(queryOf("tail=3&level=warn&sinceMs=9").filter, { source: null, level: "warn", sinceMs: 9 });
  assertEquals(queryOf("node=attic").filter.source, NODES[0].nodeId);
  assertEquals(queryOf(`node=${NODES[1].nodeId}`).filter.source, NODES[1].nodeId);
  assertEquals(queryOf("node=master").filter.source, "master");
});

Deno.test("logQuery() refuses what it does not understand, naming it", () => {
  const table: Readonly<Record<string, string>> = {
    "nod=attic": 'There is no parameter "nod"',
    "tail=1&tail=2": "The parameter tail was given more than once.",
    "tail=-1": "The parameter tail must be a whole number from 0 to 1000.",
    "tail=1001": "The parameter tail must be",
    "after=x": "The parameter after must be",
    "after=99999999999999999": "The parameter after must be",
    "after=1&waitMs=30001": "The parameter waitMs must be",
    "sinceMs=1.5": "The parameter sinceMs must be",
    "level=debug": "The parameter level must be one of info, warn, error.",
    "tail=1&after=1": "Only one of tail and after",
    "waitMs=1": "Without after there is nothing to wait for",
  };
  for (const [text, sentence] of Object.entries(table)) {
    const error = assertThrows(() => queryOf(text), DmlError);
    assertEquals(error.code, "request_invalid", text);
    assertStringIncludes(error.message, sentence);
  }
});

Deno.test("logQuery() names the nodes that may be meant", () => {
  const unknown = assertThrows(() => queryOf("node=atic"), DmlError);
  assertEquals([unknown.code, unknown.advice], ["node_unknown", "Did you mean attic?"]);
  const shared = assertThrows(() => queryOf("node=twin"), DmlError);
  assertStringIncludes(shared.advice, `${NODES[1].nodeId}, ${NODES[2].nodeId}`);
});

function recordOf(node: StoredRecord["node"], more: Partial<StoredRecord> = {}): StoredRecord {
  const common = { cursor: 1, timeMs: 10, level: "warn", message: "m", fields: {}, ...more } as const;
  if (node === null) return { ...common, node } as StoredRecord;
  return { ...common, node, journal: idOf("journal", 1), sequence: 1 } as StoredRecord;
}

Deno.test("matches() compares source, level and time", () => {
  const all = { source: null, level: "info", sinceMs: 0 } as const;
  const record = recordOf(NODES[0]);
  assertEquals(matches(record, all), true);
  assertEquals(matches(record, { ...all, level: "warn", sinceMs: 10, source: NODES[0].nodeId }), true);
  assertEquals(matches(record, { ...all, level: "error" }), false);
  assertEquals(matches(record, { ...all, sinceMs: 11 }), false);
  assertEquals(matches(record, { ...all, source: "master" }), false);
  assertEquals(matches(recordOf(null), { ...all, source: "master" }), true);
  // Its name does not make a node the master.
  assertEquals(matches(recordOf(NODES[3]), { ...all, source: "master" }), false);
});

Deno.test("sourcedRecords() lets no node pass for another one or for the master", () => {
  const sources = (...records: StoredRecord[]) => sourcedRecords(records, { nodes: NODES }).map(({ source }) => source);
  assertEquals(sources(recordOf(null), recordOf(NODES[0])), ["master", "attic"]);
  assertEquals(sources(...NODES.slice(1).map((node) => recordOf(node))), [
    `twin (${NODES[1].nodeId})`,
    `twin (${NODES[2].nodeId})`,
    `master (${NODES[3].nodeId})`,
  ]);
  // A node that is no longer called so, or no longer there, does not get the name for itself either.
  const former = { nodeId: idOf("node", 9), name: "attic" };
  assertEquals(sources(recordOf(former)), [`attic (${former.nodeId})`]);
});
