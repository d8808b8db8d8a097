import fc from "fast-check";
import { mapInOrder } from "../../../user/pictures/map_in_order.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";

Deno.test("mapInOrder() yields in the order of the items, whatever finishes first, and never runs more than allowed", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 12 }),
    fc.integer({ min: 1, max: 4 }),
    async (turns, concurrency) => {
      let [running, most] = [0, 0];
      const results = await Array.fromAsync(mapInOrder(turns, {
        concurrency,
        async work(turnCount, index) {
          most = Math.max(most, ++running);
          for (let turn = 0; turn < turnCount; turn++) await Promise.resolve();
          running--;
          return index;
        },
      }));
      assertEquals(results, turns.map((_, index) => index));
      assert(most <= concurrency);
      assert(turns.length < concurrency || most === concurrency);
    },
  ));
});

Deno.test("mapInOrder() starts nothing new once the reader has left, and awaits running work", async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async (item: number) => {
    begun.push(item);
    for (let turn = 0; turn < 20 * item; turn++) await Promise.resolve();
    ended.push(item);
    return item;
  };
  for await (const result of mapInOrder([0, 1, 2, 3, 4, 5, 6, 7], { concurrency: 2, work })) {
    if (result === 0) break;
  }
  assertEquals(ended.toSorted(), begun);
  assert(begun.length < 8, `${begun.length} were begun`);
});

Deno.test("mapInOrder() throws the failure of an item in its place", async () => {
  const seen: number[] = [];
  const work = (item: number) => item < 2 ? Promise.resolve(item) : Promise.reject(new Error(`item ${item}`));
  await assertRejects(
    async () => {
      for await (const result of mapInOrder([0, 1, 2, 3], { concurrency: 4, work })) seen.push(result);
    },
    Error,
    "item 2",
  );
  assertEquals(seen, [0, 1]);
});
