import { faceEntryIn } from "../../../../../master/http/dialects/immich/entries.ts";
import { DmlError } from "../../../../../protocol/kernel/errors.ts";
import { assertEquals, assertThrows } from "../../../../assert.ts";

const FACES = {
  "facial-recognition": {
    detection: { modelName: "buffalo_l", options: { minScore: 0.7 } },
    recognition: { modelName: "buffalo_l" },
  },
};

Deno.test("faceEntryIn() reads the entries that Immich sends for faces", () => {
  assertEquals(faceEntryIn(JSON.stringify(FACES)), { scoreMin: 0.7, wantsEmbeddings: true });
  const bare = { "facial-recognition": { detection: { modelName: "buffalo_l" } } };
  assertEquals(faceEntryIn(JSON.stringify(bare)), { scoreMin: 0, wantsEmbeddings: false });
});

Deno.test("faceEntryIn() refuses other tasks, and what is no list of tasks", () => {
  const clip = { clip: { textual: { modelName: "ViT-B-32__openai", options: { language: "de" } } } };
  assertThrows(() => faceEntryIn(JSON.stringify(clip)), DmlError, "This server has no task clip");
  assertThrows(() => faceEntryIn(JSON.stringify({ ...FACES, ...clip })), DmlError, "no task clip");
  assertThrows(() => faceEntryIn("{}"), DmlError, "no task at all");
  assertThrows(() => faceEntryIn("{"), DmlError, "not JSON");
  assertThrows(() => faceEntryIn("[]"), DmlError, "The field entries");
  assertThrows(() => faceEntryIn(null), DmlError, "no field entries");
  assertThrows(() => faceEntryIn(" ".repeat(10_001)), DmlError, "too long");
});
