import type { SourcedRecord } from "../../../protocol/http_api/log_api.ts";
import { LogLineFormat } from "../../../user/reports/log_line.ts";
import { hasControls } from "../../../protocol/kernel/control_characters.ts";
import { assert, assertEquals, assertMatch } from "../../assert.ts";

const RECORD: SourcedRecord = {
  cursor: 1,
  nodeId: "node_00000000000000000001",
  source: "attic",
  timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  level: "warn",
  message: "A model is late.",
  fields: { model: "faces@1", reason: "no room", tries: 2, isLast: false, gone: null },
};

Deno.test("LogLineFormat writes source, time, level, message and fields, the sources aligned", () => {
  const format = new LogLineFormat({ color: false });
  const fields = `model=faces@1 reason="no room" tries=2 isLast=false gone=null`;
  assertEquals(format.line(RECORD), `attic  2026-01-02T03:04:05Z WARN  A model is late. ${fields}\n`);
  const master = { ...RECORD, nodeId: null, source: "master", fields: {}, level: "info" } as const;
  assertEquals(format.line(master), "master 2026-01-02T03:04:05Z INFO  A model is late.\n");
  assertMatch(format.line({ ...RECORD, source: "workbench" }), /^workbench 2026/);
  assertMatch(format.line(RECORD), /^attic {5}2026/);
  assertMatch(format.line({ ...RECORD, source: "x".repeat(90) }), /^x{90} 2026/);
  assertMatch(format.line(RECORD), /^attic {20}2026/);
});

Deno.test("LogLineFormat gives each source a colour, the same every time", () => {
  const colorOf = (record: SourcedRecord) =>
    new LogLineFormat({ color: true }).line(record).split("m")[0].split("[")[1];
  const nodes = Array.from(
    { length: 40 },
    (_, index) => ({ ...RECORD, nodeId: `node_${String(index).padStart(20, "0")}` }),
  );
  const colors = nodes.map(colorOf);
  assertEquals(nodes.map(colorOf), colors);
  assert(new Set(colors).size >= 5, `${new Set(colors).size} colours`);
  assertEquals(colorOf({ ...RECORD, nodeId: null, source: "master" }), "1");
});

Deno.test("LogLineFormat escapes whatever could steer a terminal", () => {
  const line = new LogLineFormat({ color: false }).line({
    ...RECORD,
    source: "at\u202etic",
    message: "gone\x1b[2J\nforged",
    fields: { "a\x07": "\u2066x", timeMs: 1 },
  });
  assertEquals(line.split("\n").length, 2);
  assert(!hasControls(line.trimEnd()));
  assertMatch(line, /^at\\u202etic .*gone\\u001b\[2J\\nforged a\\u0007="\\u2066x" timeMs=1\n$/);
});
