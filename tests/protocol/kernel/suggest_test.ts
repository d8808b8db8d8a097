import fc from "fast-check";
import { editDistance, nearest } from "../../../protocol/kernel/suggest.ts";
import { assert, assertEquals } from "../../assert.ts";

Deno.test("editDistance() counts inserts, deletes, replacements and swaps of neighbours", () => {
  const table: [string, string, number][] = [
    ["", "", 0],
    ["", "abc", 3],
    ["serve", "serve", 0],
    ["sevre", "serve", 1],
    ["serv", "serve", 1],
    ["sserve", "serve", 1],
    ["swrve", "serve", 1],
    ["modell", "model", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ];
  for (const [one, other, expected] of table) assertEquals(editDistance(one, other), expected, one);
});

Deno.test("editDistance() is symmetric, zero only for equals, and at most the longer word", () => {
  const word = fc.string({ maxLength: 8, unit: fc.constantFrom("a", "b", "c") });
  fc.assert(fc.property(word, word, (one, other) => {
    const distance = editDistance(one, other);
    assertEquals(distance, editDistance(other, one));
    assertEquals(distance === 0, one === other);
    assert(distance <= Math.max(one.length, other.length));
    assert(distance >= Math.abs(one.length - other.length));
  }));
});

Deno.test("nearest() names what was meant, and nothing when nothing is near", () => {
  const verbs = ["serve", "join", "predict", "nodes", "models", "help", "version"];
  const table: [string, string | null][] = [
    ["predct", "predict"],
    ["Predict", "predict"],
    ["jion", "join"],
    ["node", "nodes"],
    ["mod", "models"],
    ["modles", "models"],
    ["xyzzy", null],
    ["p", null],
    ["", null],
  ];
  for (const [word, expected] of table) assertEquals(nearest(word, verbs), expected, word);
});
