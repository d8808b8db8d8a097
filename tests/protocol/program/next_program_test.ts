import { type FailedProgram, failureOf, nextProgram } from "../../../protocol/program/next_program.ts";
import { assertEquals } from "../../assert.ts";
import { programOf } from "./programs.ts";

const [ONE, TWO, THREE] = ["0.1.0", "0.2.0", "0.3.0"].map((version) => programOf(version));

function failed(program: typeof ONE, isFinal: boolean): FailedProgram {
  return { version: program.version, digest: program.digest, reason: "it ended", tries: 1, isFinal };
}

Deno.test("nextProgram() starts the newest that came up, and tries only what is newer than that", () => {
  const own = ONE.version;
  const nothing = { pending: null, good: null, failed: [] };
  assertEquals(nextProgram(nothing, own), { run: "own" });
  assertEquals(nextProgram({ ...nothing, pending: TWO }, own), { run: "trial", program: TWO });
  assertEquals(nextProgram({ ...nothing, good: TWO }, own), { run: "newer", program: TWO });
  assertEquals(nextProgram({ ...nothing, good: TWO, pending: THREE }, own), { run: "trial", program: THREE });
  assertEquals(nextProgram({ ...nothing, good: THREE, pending: TWO }, own), { run: "newer", program: THREE });
});

Deno.test("nextProgram() starts the file itself when a person has put a newer one there", () => {
  const records = { pending: TWO, good: TWO, failed: [] };
  assertEquals(nextProgram(records, THREE.version), { run: "own" });
  assertEquals(nextProgram(records, TWO.version), { run: "own" }, "it is that program");
});

Deno.test("nextProgram() never tries again what did not come up by its own fault", () => {
  const records = { pending: THREE, good: TWO, failed: [failed(THREE, true)] };
  assertEquals(nextProgram(records, ONE.version), { run: "newer", program: TWO });
  assertEquals(nextProgram({ ...records, failed: [failed(THREE, false)] }, ONE.version).run, "trial");
});

Deno.test("failureOf() blames a program at once, and one that never reached its master the third time", () => {
  const reason = "it ended";
  assertEquals(failureOf(TWO, { reason, wasCutOff: false, before: undefined }), failed(TWO, true));
  let before: FailedProgram | undefined;
  const verdicts: boolean[] = [];
  for (let tries = 1; tries <= 3; tries++) {
    before = failureOf(TWO, { reason, wasCutOff: true, before });
    verdicts.push(before.isFinal);
  }
  assertEquals(verdicts, [false, false, true]);
});
