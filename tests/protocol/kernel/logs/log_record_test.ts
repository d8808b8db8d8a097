import fc from "fast-check";
import { hasControls } from "../../../../protocol/kernel/control_characters.ts";
import {
  boundedRecord,
  jsonBytesOf,
  type LogRecord,
  logRecordOf,
} from "../../../../protocol/kernel/logs/log_record.ts";
import { redacted } from "../../../../protocol/kernel/logs/redaction.ts";
import { logRecordSchema } from "../../../../protocol/messages/log.ts";
import { parseAs } from "../../../../protocol/schema.ts";
import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";

const PLAIN: LogRecord = {
  timeMs: 5,
  level: "info",
  message: "A model is ready.",
  fields: { model: "faces@1", tries: 2 },
};

const anyValue = fc.oneof(
  fc.string({ unit: "binary", maxLength: 3_000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const anyRecord: fc.Arbitrary<LogRecord> = fc.record({
  timeMs: fc.nat(),
  level: fc.constantFrom("info" as const, "warn" as const, "error" as const),
  message: fc.string({ unit: "binary", maxLength: 6_000 }),
  fields: fc.dictionary(fc.string({ unit: "binary", maxLength: 200 }), anyValue, { maxKeys: 50 }),
});

Deno.test("boundedRecord() leaves a small record as it is", () => {
  assertEquals(boundedRecord(PLAIN, { bytesMax: 4_000 }), PLAIN);
});

Deno.test("boundedRecord() fits any record into its bytes, steers no terminal, and may be sent", () => {
  fc.assert(fc.property(anyRecord, fc.integer({ min: 300, max: 4_000 }), (record, bytesMax) => {
    const bounded = boundedRecord(record, { bytesMax });
    assert(jsonBytesOf(bounded) <= bytesMax);
    for (const text of [bounded.message, ...Object.entries(bounded.fields).flat()]) {
      assert(typeof text !== "string" || !hasControls(text));
    }
    parseAs(logRecordSchema, JSON.parse(JSON.stringify(bounded)), { what: "It", code: "internal" });
    assertEquals(boundedRecord(bounded, { bytesMax }), bounded, "what fits is not changed again");
  }));
});

Deno.test("boundedRecord() escapes controls and marks of direction readably", () => {
  const { message, fields } = boundedRecord({ ...PLAIN, message: "a\x1b[2Jb\nc", fields: { "x\u202e": "\t\u2066" } }, {
    bytesMax: 4_000,
  });
  assertEquals(message, "a\\u001b[2Jb\\nc");
  assertEquals(fields, { "x\\u202e": "\\t\\u2066" });
});

Deno.test("boundedRecord() shortens the longest text first", () => {
  const record = { ...PLAIN, fields: { model: "faces@1", reason: "r".repeat(1_900) } };
  const bounded = boundedRecord(record, { bytesMax: 300 });
  assertEquals(bounded.message, PLAIN.message);
  assertEquals(bounded.fields.model, "faces@1");
  assert(String(bounded.fields.reason).endsWith("…"));
});

Deno.test("logRecordOf() flattens fields: JSON for nested values, the message of an error, its stack at error only", () => {
  const fields = {
    count: 1,
    none: undefined,
    gone: null,
    list: [1, "b"],
    infinite: Infinity,
    error: new Error("broke"),
  };
  const event = { timeMs: 5, message: "It failed." };
  const warning = logRecordOf({ ...event, level: "warn", fields }, { redact: redacted });
  assertEquals(warning.fields, { count: 1, gone: null, list: '[1,"b"]', infinite: "Infinity", error: "broke" });
  const error = logRecordOf({ ...event, level: "error", fields }, { redact: redacted });
  assertStringIncludes(String(error.fields["error.stack"]), "log_record_test");
});
