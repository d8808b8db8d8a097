import fc from "fast-check";
import { escapedJson, hasControls, jsonLine, withoutControls } from "../../../protocol/kernel/control_characters.ts";
import { assert, assertEquals } from "../../assert.ts";

/** One of each kind: C0, DEL, C1, marks, separators, overrides and isolates. */
const CONTROLS = ["\x00", "\x1b", "\n", "\x7f", "\x9b", "\u061c", "\u200e", "\u200f", "\u2028", "\u2029"]
  .concat(["\u202a", "\u202e", "\u2066", "\u2069"]);

const hostile = fc.array(fc.oneof(fc.constantFrom(...CONTROLS), fc.string({ maxLength: 3, unit: "grapheme" })))
  .map((parts) => parts.join(""));

Deno.test("withoutControls() replaces each control character, and nothing else", () => {
  for (const control of CONTROLS) assertEquals(withoutControls(`a${control}写`, "?"), "a?写");
  assertEquals(withoutControls("Zoë 👩‍🚀 \u200b-", "?"), "Zoë 👩‍🚀 \u200b-");
});

Deno.test("jsonLine() is one line without control characters that means the same value", () => {
  assertEquals(jsonLine({ name: "\u202e\x9b" }), '{"name":"\\u202e\\u009b"}\n');
  fc.assert(fc.property(fc.dictionary(hostile, hostile), (value) => {
    const line = jsonLine(value);
    assert(line.endsWith("\n") && !hasControls(line.slice(0, -1)));
    assertEquals(JSON.parse(line), { ...value });
  }));
});

Deno.test("escapedJson() keeps the layout of JSON over several lines", () => {
  assertEquals(escapedJson(JSON.stringify({ a: "\u2028" }, null, 2)), '{\n  "a": "\\u2028"\n}');
});
