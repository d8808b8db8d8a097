import fc from "fast-check";
import { assert, assertEquals } from "../../assert.ts";
import { evictionFor, leastRecentlyUsed } from "../../../node/core/cache_policy.ts";
import type { CachedFile } from "../../../node/core/cache_policy.ts";
import { digest } from "../instructions.ts";

const file = (number: number, size: number, usedAtMs: number): CachedFile => ({
  digest: digest(number),
  size,
  usedAtMs,
});

Deno.test("evictionFor() evicts the least recently used, no more than necessary, and nothing in use", () => {
  const files = [file(1, 10, 300), file(2, 10, 100), file(3, 10, 200)];
  const evicted = (neededBytes: number, inUse: number[] = []) =>
    evictionFor(files, { bytesMax: 40, neededBytes, inUse: new Set(inUse.map(digest)) }).evict.map(({ digest }) =>
      digest
    );
  assertEquals(evicted(10), []);
  assertEquals(evicted(11), [digest(2)]);
  assertEquals(evicted(21), [digest(2), digest(3)]);
  assertEquals(evicted(11, [2]), [digest(3)]);
});

Deno.test("evictionFor() evicts nothing if all of it would not suffice, and returns the missing bytes", () => {
  const files = [file(1, 10, 1), file(2, 10, 2)];
  const options = { bytesMax: 25, neededBytes: 20, inUse: new Set([digest(1)]) };
  assertEquals(evictionFor(files, options), { evict: [], shortBytes: 5 });
});

Deno.test("leastRecentlyUsed() is undefined if all are in use", () => {
  const files = [file(1, 10, 1), file(2, 10, 2)];
  assertEquals(leastRecentlyUsed(files, new Set([digest(1)])), files[1]);
  assertEquals(leastRecentlyUsed(files, new Set([digest(1), digest(2)])), undefined);
});

Deno.test("evictionFor() keeps the limit or reports why not, whatever the cache contains", () => {
  const files = fc.uniqueArray(
    fc.record({ number: fc.nat({ max: 50 }), size: fc.nat({ max: 100 }), usedAtMs: fc.nat({ max: 20 }) }),
    { selector: ({ number }) => number, maxLength: 20 },
  ).map((list) => list.map(({ number, size, usedAtMs }) => file(number, size, usedAtMs)));
  fc.assert(
    fc.property(files, fc.nat({ max: 500 }), fc.nat({ max: 500 }), fc.nat(), (list, bytesMax, neededBytes, salt) => {
      const inUse = new Set(list.filter((_, index) => (salt >> (index % 16)) & 1).map(({ digest }) => digest));
      const { evict, shortBytes } = evictionFor(list, { bytesMax, neededBytes, inUse });
      assert(evict.every(({ digest }) => !inUse.has(digest)), "none in use");
      const sum = (some: readonly CachedFile[]) => some.reduce((bytes, { size }) => bytes + size, 0);
      const leftBytes = sum(list) - sum(evict) + neededBytes;
      if (shortBytes === 0) assert(leftBytes <= bytesMax);
      else {
        assertEquals(evict, []);
        const heldBytes = sum(list.filter(({ digest }) => inUse.has(digest)));
        assertEquals(heldBytes + neededBytes - bytesMax, shortBytes);
      }
      const kept = list.filter(({ digest }) => !inUse.has(digest) && !evict.some((gone) => gone.digest === digest));
      for (const gone of evict) {
        assert(kept.every(({ usedAtMs }) => usedAtMs >= gone.usedAtMs), "the least recently used are evicted");
      }
    }),
  );
});
