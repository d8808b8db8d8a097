import fc from "fast-check";
import { assert, assertEquals } from "../../assert.ts";
import { clip } from "../../../protocol/kernel/clip.ts";

Deno.test("clip() leaves alone what fits and marks what it cut", () => {
  assertEquals(clip("abcd", 4), "abcd");
  assertEquals(clip("abcde", 4), "abc…");
  assertEquals(clip("", 1), "");
});

Deno.test("clip() never cuts a character in half", () => {
  assertEquals(clip("ab\u{1f600}d", 4), "ab…");
  fc.assert(fc.property(
    fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
    fc.integer({ min: 1, max: 20 }),
    (text, charactersMax) => {
      const clipped = clip(text, charactersMax);
      assert(clipped.isWellFormed());
      assert(clipped.length <= charactersMax);
      if (clipped !== text) assert(clipped.endsWith("…") && text.startsWith(clipped.slice(0, -1)));
    },
  ));
});
