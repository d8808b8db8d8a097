import fc from "fast-check";
import { assert, assertEquals } from "../../../assert.ts";
import { Shares } from "../../../../master/core/state/shares.ts";

Deno.test("Shares.admit() puts tasks of one owner behind each other, and a newcomer beside the present one", () => {
  const shares = new Shares();
  const due = [1, 2, 3].map(() => shares.admit("bulk"));
  assertEquals(due, [0, 1, 2]);
  shares.serve({ dueAt: 1 });
  assertEquals([shares.admit("single"), shares.admit("bulk")], [1, 3]);
});

Deno.test("Shares.admit() gives an owner who was away no credit for that time", () => {
  const shares = new Shares();
  shares.admit("away");
  for (let count = 0; count < 10; count++) shares.serve({ dueAt: shares.admit("busy") });
  assertEquals([shares.admit("away"), shares.admit("away")], [9, 10]);
});

Deno.test("Shares remember no more owners than wait for something, beyond a bound", () => {
  const owners = fc.array(fc.nat({ max: 5_000 }), { minLength: 2_000, maxLength: 4_000, size: "max" });
  fc.assert(
    fc.property(owners, (all) => {
      const shares = new Shares();
      for (const owner of all) shares.serve({ dueAt: shares.admit(String(owner)) });
      assert(shares.size <= 1_024, String(shares.size));
    }),
    { numRuns: 10 },
  );
});
