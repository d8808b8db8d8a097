import { DmlError } from "../../../protocol/kernel/errors.ts";
import { Dice } from "../../../tools/fuzz/dice.ts";
import { mutateBytes } from "../../../tools/fuzz/mutate_bytes.ts";
import { type Json, mutateJson } from "../../../tools/fuzz/mutate_json.ts";
import { runCases } from "../../../tools/fuzz/run_cases.ts";
import { ACCEPTED, type Surface } from "../../../tools/fuzz/surface.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";

/** Returns a surface of worlds of three cases, whose cases are numbered in `run` over all worlds. */
function surfaceOf(run: (dice: Dice, number: number) => string, opened: string[] = []): Surface {
  let number = 0;
  return {
    name: "made",
    what: "made cases",
    casesPerWorld: 3,
    open() {
      opened.push("opened");
      return Promise.resolve({
        run: (dice) => run(dice, number++),
        [Symbol.asyncDispose]: () => Promise.resolve(void opened.push("closed")),
      });
    },
  };
}

Deno.test("runCases() counts the answers, and gives each seed once, in worlds that are closed", async () => {
  const opened: string[] = [];
  const seeds: number[] = [];
  const surface = surfaceOf((_, number) => number % 2 === 0 ? ACCEPTED : "request_invalid", opened);
  const report = await runCases(surface, { seed: 10, cases: 5, onCase: (seed) => seeds.push(seed) });
  assertEquals([report.cases, report.bug, report.answers], [5, null, { accepted: 3, request_invalid: 2 }]);
  assertEquals(seeds, [10, 11, 12, 13, 14]);
  assertEquals(opened, ["opened", "closed", "opened", "closed"]);
});

Deno.test("runCases() ends at a bug, and names the cases of its world that repeat it", async () => {
  const surface = surfaceOf((dice, number) => {
    dice.note(() => `case ${number}`);
    if (number === 4) throw new TypeError("undefined is not a face");
    return ACCEPTED;
  });
  const { bug, cases } = await runCases(surface, { seed: 10, cases: 9 });
  assert(bug !== null);
  assertEquals([cases, bug.range, bug.described], [5, { seed: 13, cases: 2 }, "case 4"]);
  assertStringIncludes(bug.error, "internal: TypeError: undefined is not a face");
});

Deno.test("runCases() takes a refusal that is thrown as a bug too: a surface says which ones are right", async () => {
  const surface = surfaceOf(() => {
    throw new DmlError("disk_full", "No room.");
  });
  assertStringIncludes((await runCases(surface, { seed: 1, cases: 1 })).bug!.error, "disk_full");
});

Deno.test("Dice() make the same case of the same seed, and other cases of its neighbours", () => {
  const sample: Json = { name: "Ada", faces: [1, 2, 3], nested: { value: null } };
  const bytes = Uint8Array.from({ length: 40 }, (_, index) => index);
  const caseOf = (seed: number) => {
    const dice = new Dice(seed);
    return JSON.stringify([mutateJson(sample, dice), [...mutateBytes(bytes, dice)]]);
  };
  const cases = Array.from({ length: 200 }, (_, seed) => caseOf(seed));
  assertEquals(cases, cases.map((_, seed) => caseOf(seed)));
  assert(new Set(cases).size > 190);
  assertEquals([...bytes], Array.from({ length: 40 }, (_, index) => index), "the sample is not changed");
});
