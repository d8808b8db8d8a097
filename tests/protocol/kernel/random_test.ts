import fc from "fast-check";
import { assert, assertEquals, assertNotEquals } from "../../assert.ts";
import { hashText, seededRandom } from "../../../protocol/kernel/random.ts";
import { ID_PATTERN, newId } from "../../../protocol/kernel/id.ts";

Deno.test("seededRandom() gives the same numbers for the same seed, and others for another", () => {
  const take = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 20 }, () => random());
  };
  assertEquals(take(7), take(7));
  assertNotEquals(take(7), take(8));
});

Deno.test("seededRandom() stays in [0, 1) and fills it evenly", () => {
  const random = seededRandom(42);
  const buckets = new Array(10).fill(0);
  for (let index = 0; index < 100_000; index++) {
    const number = random();
    assert(number >= 0 && number < 1);
    buckets[Math.floor(number * 10)]++;
  }
  for (const count of buckets) assert(count > 9_500 && count < 10_500, `bucket of ${count}`);
});

Deno.test("hashText() is FNV-1a", () => {
  assertEquals(hashText(""), 0x811c9dc5);
  assertEquals(hashText("a"), 0xe40c292c);
  assertEquals(hashText("foobar"), 0xbf9cf968);
});

Deno.test("newId() matches ID_PATTERN for any randomness and prefix", () => {
  fc.assert(fc.property(fc.integer(), fc.stringMatching(/^[a-z]{1,8}$/), (seed, prefix) => {
    const id = newId(prefix, seededRandom(seed));
    assert(ID_PATTERN.test(id), id);
    assert(id.startsWith(`${prefix}_`));
  }));
});
