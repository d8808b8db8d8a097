import { assertEquals, assertRejects } from "../assert.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import { runUserCommand } from "../../user/run.ts";
import { FakeTerminal } from "./fake_terminal.ts";

Deno.test("runUserCommand() sends no request if its signal is already aborted", async () => {
  const requests: string[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    requests.push(url);
    return Response.json({ nodes: [] });
  });
  const unused = () => Promise.reject(new Error("it is not needed"));
  const ran = runUserCommand({
    verb: "nodes",
    master: { hostname: "127.0.0.1", port: server.addr.port },
    token: null,
    json: true,
    action: "list",
  }, {
    terminal: new FakeTerminal(),
    clock: SYSTEM_CLOCK,
    random: seededRandom(1),
    signal: AbortSignal.abort(),
    stdin: new ReadableStream(),
    progress: false,
    openLocal: unused,
    openChecks: unused,
    openEngine: unused,
    facts: { home: null, currentDirectory: "/", programPaths: [], executable: null, serviceDirectory: null },
    entry: import.meta.url,
    isInteractive: false,
    variable: () => undefined,
  });
  const { code } = await assertRejects(() => ran, DmlError);
  assertEquals([code, requests], ["interrupted", []]);
});
