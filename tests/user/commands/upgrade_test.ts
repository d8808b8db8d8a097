import { runUpgrade } from "../../../user/commands/upgrade.ts";
import type { NodeProgram, ProgramsListing } from "../../../protocol/http_api/program_api.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { programOf } from "../../protocol/program/programs.ts";
import { FakeTerminal } from "../fake_terminal.ts";

const NODE: NodeProgram = {
  nodeId: `node_${"0".repeat(20)}`,
  name: "attic",
  isConnected: true,
  target: "linux-x64",
  version: "0.1.0",
  state: "waiting",
  reason: null,
};
const CURRENT: NodeProgram = { ...NODE, version: "0.2.0", state: "current" };

/**
 * Runs `dml upgrade` against a master that lists the next entry of `answers` at each poll; waiting
 * takes no time.
 */
async function upgrade(follows: boolean, answers: readonly (readonly NodeProgram[])[], json = false) {
  const terminal = new FakeTerminal();
  let asked = 0;
  const list = (): Promise<ProgramsListing> => {
    const nodes = [...answers[Math.min(asked++, answers.length - 1)]];
    return Promise.resolve({ version: "0.2.0", programs: [programOf("0.2.0")], nodes });
  };
  const clock = {
    nowMs: () => 0,
    wallMs: () => 0,
    after(_: number, callback: () => void) {
      queueMicrotask(callback);
      return () => {};
    },
  };
  const command = { verb: "upgrade", master: null, token: null, follows, json } as const;
  const { signal } = new AbortController();
  const code = await runUpgrade(command, { terminal, clock, signal, programs: { list } });
  return { code, asked, terminal };
}

Deno.test("runUpgrade() follows a node through its restart, and exits with 0 when it runs the new version", async () => {
  const restarting: NodeProgram = { ...NODE, state: "restarting" };
  const { code, asked, terminal } = await upgrade(true, [
    [NODE],
    [{ ...NODE, state: "fetching" }],
    [restarting],
    [{ ...restarting, isConnected: false }],
    [CURRENT],
  ]);
  assertEquals([code, asked], [0, 5]);
  assertEquals(terminal.errorText.split("\n"), [
    "attic: fetching",
    "attic: restarting",
    "attic: runs 0.2.0",
    "",
  ]);
  assertStringIncludes(terminal.outText, "The master runs dml 0.2.0 and holds 0.2.0 for linux-x64");
});

Deno.test("runUpgrade() exits with 1 and the reason if a connected node stays behind; offline nodes are not waited for", async () => {
  const declined: NodeProgram = { ...NODE, state: "declined", reason: "The node was not started with --upgrade." };
  const away: NodeProgram = { ...NODE, name: "cellar", isConnected: false };
  const { code, asked, terminal } = await upgrade(true, [[declined, away]]);
  assertEquals([code, asked], [1, 1]);
  assertStringIncludes(terminal.outText, "declined: The node was not started with --upgrade.");
  assertStringIncludes(terminal.outText, "offline, waiting");
  assertStringIncludes(terminal.outText, "2 nodes could run a newer version.");
  assertEquals((await upgrade(true, [[CURRENT, away]])).code, 0);
});

Deno.test("runUpgrade() only lists the nodes for `status`, also as JSON", async () => {
  const { code, asked, terminal } = await upgrade(false, [[NODE]], true);
  assertEquals([code, asked], [0, 1]);
  assertEquals(JSON.parse(terminal.outText).nodes, [NODE]);
});
