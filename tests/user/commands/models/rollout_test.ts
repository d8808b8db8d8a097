import type { LineageListing, RolloutRecord } from "../../../../protocol/http_api/rollout_api.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { runRolloutAction } from "../../../../user/commands/models/rollout.ts";
import type { RolloutAction } from "../../../../user/cli/rollout_command.ts";
import type { VersionClient } from "../../../../user/client/version_client.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { emptyManifest, idOf } from "../../../master/core_world.ts";
import { recordOf } from "../../../master/rollout_records.ts";
import { ManualClock } from "../../../protocol/manual_clock.ts";
import { FakeTerminal } from "../../fake_terminal.ts";

const RECORD = recordOf(idOf("rollout", 1), { from: emptyManifest("one", 1), to: emptyManifest("one", 2) });
const LINEAGE: LineageListing = {
  name: "one",
  latest: "one@1",
  previous: null,
  pinned: ["one@1"],
  versions: ["one@1", "one@2"],
  current: RECORD,
  history: [],
};

/** Creates a cluster whose rollout changes to the next of `steps` at each poll. */
function setUp(steps: readonly Partial<RolloutRecord>[] = []) {
  const [terminal, clock, stop] = [new FakeTerminal(), new ManualClock(), new AbortController()];
  let looks = 0;
  const versions: VersionClient = {
    rollouts() {
      const record = { ...RECORD, ...steps[Math.min(looks++, steps.length - 1)] };
      // The clock advances at once to the next poll.
      queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => clock.advance(500))));
      const isOver = record.endedMs !== null;
      return Promise.resolve({ ...LINEAGE, current: isOver ? null : record, history: isOver ? [record] : [] });
    },
    rollOut: () => Promise.resolve(RECORD),
    rollBack: (name) => Promise.resolve(`${name} went back.`),
    pin: (version, pinned) => Promise.resolve(`${version} ${pinned}`),
    remove: (version) => Promise.reject(new DmlError("model_in_use", `${version} is pinned.`)),
    collect: () => Promise.resolve({ files: 3, bytes: 2 * 1024 ** 2 }),
  };
  const run = (action: RolloutAction, json = false) =>
    runRolloutAction(action, { terminal, clock, signal: stop.signal, progress: true, json, versions });
  return { terminal, stop, run };
}

const ROLL_OUT: RolloutAction = { action: "rollout", name: "one", request: { version: 2 }, wait: true };

Deno.test("runRolloutAction() follows a rollout to its end; the exit code is that of its outcome", async () => {
  for (const [stage, code] of [["promoted", 0], ["rolled_back", 1]] as const) {
    const { terminal, run } = setUp([
      {},
      { stage: "canary", canary: { answered: 3, failed: 1, lastFailure: "x" } },
      { stage, endedMs: 9, reason: "That is why." },
    ]);
    assertEquals(await run(ROLL_OUT), code);
    assertStringIncludes(terminal.outText, "That is why.");
    assertStringIncludes(terminal.outText, stage === "promoted" ? "one@2 is the latest" : "one@1 is the latest");
    assertEquals(terminal.statuses.length, 3, "two lines of progress, then none");
    assertStringIncludes(terminal.statuses[1] ?? "", "4/4 canary pictures, 1 failed");
    assertEquals(terminal.statuses.at(-1), null);
  }
});

Deno.test("runRolloutAction() returns while the rollout goes on if it is not to wait, or is aborted", async () => {
  const once = setUp();
  assertEquals(await once.run({ ...ROLL_OUT, wait: false }), 0);
  assertStringIncludes(once.terminal.outText, "one@2 fetching: 0/1 nodes ready");
  const { run, stop } = setUp([{}]);
  stop.abort();
  const error = await assertRejects(() => run(ROLL_OUT), DmlError);
  assertEquals(error.code, "interrupted");
  assertStringIncludes(error.advice, "dml models rollback one");
});

Deno.test("runRolloutAction() shows the versions and past rollouts", async () => {
  const { terminal, run } = setUp([{ stage: "rolled_back", endedMs: 0, reason: "It was slow." }]);
  await run({ action: "rollout", name: "one", request: null, wait: true });
  assertStringIncludes(terminal.outText, "one@1  latest  pinned");
  assertStringIncludes(terminal.outText, "1970-01-01T00:00:00Z  one@2 rolled back");
  assertStringIncludes(terminal.outText, "It was slow.");
});

Deno.test("runRolloutAction() prints what was done, as text or as JSON", async () => {
  const { terminal, run } = setUp();
  await run({ action: "rollback", name: "one" });
  await run({ action: "pin", version: "one@1", pinned: true }, true);
  await run({ action: "gc" });
  assertEquals(terminal.outText, 'one went back.\n{"detail":"one@1 true"}\nDeleted 3 files, 2 MiB.\n');
  const error = await assertRejects(() => run({ action: "remove", version: "one@1" }), DmlError);
  assertEquals(error.code, "model_in_use");
});
