import foundSeeds from "../../../tools/fuzz/found_seeds.json" with { type: "json" };
import { runCases } from "../../../tools/fuzz/run_cases.ts";
import { SURFACES } from "../../../tools/fuzz/surfaces.ts";
import { assert, assertEquals } from "../../assert.ts";

/** Cases a surface: enough to take every path once, few enough for a run at every change. */
const CASES = 300;
/** Surfaces whose cases each open files. */
const FEWER: Readonly<Record<string, number>> = { ledger: 50 };

for (const surface of SURFACES) {
  // Codecs and stores keep what they allocate for the next case.
  const sanitizers = { sanitizeOps: false, sanitizeResources: false };
  Deno.test({
    name: `fuzz: ${surface.what} are taken or refused`,
    ...sanitizers,
    async fn() {
      const cases = FEWER[surface.name] ?? CASES;
      const { bug, answers } = await runCases(surface, { seed: 1, cases });
      assertEquals(bug, null);
      assert(Object.keys(answers).length > 1, `all cases ended alike: ${JSON.stringify(answers)}`);
      assertEquals(Object.values(answers).reduce((sum, count) => sum + count), cases);
    },
  });

  const known = foundSeeds.filter(({ surface: name }) => name === surface.name);
  Deno.test({
    name: `fuzz: no bug of ${surface.name} is back`,
    ignore: known.length === 0,
    ...sanitizers,
    async fn() {
      for (const { seed, cases, bug } of known) assertEquals((await runCases(surface, { seed, cases })).bug, null, bug);
    },
  });
}

Deno.test("every seed that is kept is of a surface that there is", () => {
  const names = SURFACES.map(({ name }) => name);
  assertEquals(foundSeeds.filter(({ surface }) => !names.includes(surface)), []);
});
