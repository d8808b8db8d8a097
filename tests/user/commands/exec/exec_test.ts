import type { ExecOutcome, ExecRequest } from "../../../../protocol/http_api/exec_api.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import type { ExecCommand } from "../../../../user/cli/exec/exec_command.ts";
import type { ExecClient, OnOutput } from "../../../../user/client/exec_client.ts";
import { runExec } from "../../../../user/commands/exec/exec.ts";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { idOf } from "../../../master/core_world.ts";
import { FakeClusterClient } from "../../fake_cluster_client.ts";
import { FakeTerminal } from "../../fake_terminal.ts";
import { listedNode } from "../../listed_node.ts";

const OK: ExecOutcome = { end: "exited", exitCode: 0, signal: null, reason: null, durationMs: 1_200 };

type Script = (onOutput: OnOutput, request: ExecRequest) => ExecOutcome | Promise<ExecOutcome>;

/** Nodes whose programs do what a test says. */
function setUp(scripts: Readonly<Record<string, Script>>) {
  const cluster = new FakeClusterClient();
  const names = Object.keys(scripts);
  cluster.listing = [
    ...names.map((name, at) => listedNode(at + 1, name)),
    listedNode(names.length + 1, "barn", { state: "offline" }),
  ];
  const nameOf = (nodeId: string) => cluster.listing.find((node) => node.nodeId === nodeId)?.name ?? "";
  let running = 0;
  const seen = { most: 0 };
  const exec: ExecClient = {
    async run(nodeId, request, onOutput) {
      seen.most = Math.max(seen.most, ++running);
      await null;
      try {
        return await (scripts[nameOf(nodeId)] ?? offline)(onOutput, request);
      } finally {
        running--;
      }
    },
  };
  return { cluster, exec, terminal: new FakeTerminal(), signal: new AbortController().signal, seen };
}

function offline(): never {
  throw new DmlError("connection_lost", "The node barn is not connected.");
}

function command(options: Partial<ExecCommand> = {}): ExecCommand {
  return {
    verb: "exec",
    master: null,
    token: null,
    targets: { kind: "all" },
    program: "df",
    arguments: ["-h"],
    parallel: 8,
    timeoutMs: 5_000,
    json: false,
    home: null,
    ...options,
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const ended = (change: Partial<ExecOutcome>): Script => () => ({ ...OK, ...change });

Deno.test("runExec() prints each line behind the name of its node, in its stream, and a table", async () => {
  const context = setUp({
    attic: (onOutput, request) => {
      assertEquals(request, { program: "df", arguments: ["-h"], timeoutMs: 5_000 });
      onOutput("stdout", bytes("one\ntw"));
      onOutput("stderr", bytes("oops\x1b[2J\n"));
      onOutput("stdout", bytes("o\nlast"));
      return OK;
    },
    "a-long-cellar": ended({ exitCode: 3 }),
  });
  assertEquals(await runExec(command(), context), 1);
  assertEquals(context.terminal.outText, "attic         one\nattic         two\nattic         last\n");
  const [oops, ...table] = context.terminal.errorText.split("\n");
  assertEquals(oops, "attic         oops?[2J");
  assertEquals(table.map((line) => line.split(/ {2,}/)), [
    ["node", "outcome", "exit code", "time", "detail"],
    ["attic", "ok", "0", "1.2 s"],
    ["a-long-cellar", "failed", "3", "1.2 s"],
    ["barn", "skipped", "It is not connected."],
    [""],
  ]);
});

Deno.test("runExec() gives the names of nodes different colours", async () => {
  const line: Script = (onOutput) => {
    onOutput("stdout", bytes("x\n"));
    return OK;
  };
  const context = setUp({ attic: line, cellar: line });
  context.terminal.outColor = true;
  await runExec(command(), context);
  assertEquals(context.terminal.outText, "\x1b[36mattic \x1b[0m x\n\x1b[35mcellar\x1b[0m x\n");
});

Deno.test("runExec() runs on so many nodes at once, and on all of them", async () => {
  const names = Array.from({ length: 7 }, (_, index) => `n${index}`);
  const context = setUp(Object.fromEntries(names.map((name) => [name, ended({})])));
  assertEquals(await runExec(command({ parallel: 3 }), context), 0);
  assertEquals(context.seen.most, 3);
  for (const name of names) assertStringIncludes(context.terminal.errorText, `${name}    ok`);
});

Deno.test("runExec() returns the exit code of the program for one node, and 1 if one of several failed", async () => {
  const one = { kind: "nodes", names: ["attic"] } as const;
  const codeOf = (script: Script, targets: ExecCommand["targets"] = one) =>
    runExec(command({ targets }), setUp({ attic: script, cellar: ended({}) }));
  assertEquals(await codeOf(ended({})), 0);
  assertEquals(await codeOf(ended({ exitCode: 42 })), 42);
  assertEquals(await codeOf(ended({ exitCode: null, signal: "SIGSEGV" })), 139);
  assertEquals(await codeOf(ended({ end: "timed_out", exitCode: null, signal: "SIGTERM" })), 1);
  assertEquals(await codeOf(ended({ end: "lost", exitCode: null })), 1);
  assertEquals(await codeOf(ended({ exitCode: 42 }), { kind: "all" }), 1);
  const refuse = (code: "exec_refused" | "unauthorized"): Script => () => {
    throw new DmlError(code, "No.");
  };
  assertEquals(await codeOf(refuse("exec_refused")), 1);
  assertEquals(await codeOf(refuse("unauthorized")), 3);
  assertEquals(await codeOf(refuse("unauthorized"), { kind: "all" }), 1);
  assertEquals(await runExec(command({ targets: { kind: "nodes", names: ["barn"] } }), setUp({})), 3);
});

Deno.test("runExec() says of each node that refused why, and what to do", async () => {
  const context = setUp({
    attic: () => {
      throw new DmlError("exec_refused", "The node attic does not allow df.", { advice: "Allow it." });
    },
  });
  context.terminal.errorColumns = 200;
  assertEquals(await runExec(command(), context), 1);
  assertStringIncludes(context.terminal.errorText, "The node attic does not allow df. Allow it.");
});

Deno.test("runExec() prints the table after Ctrl-C, and exits with 130", async () => {
  const stop = new AbortController();
  const context = setUp({
    attic: ended({}),
    cellar: () => {
      stop.abort();
      throw new DmlError("interrupted", "Stopped.");
    },
  });
  assertEquals(await runExec(command(), { ...context, signal: stop.signal }), 130);
  assertMatch(context.terminal.errorText, /attic +ok +0 .*\ncellar +interrupted/);
});

Deno.test("runExec() --json prints lines and outcomes as objects, and nothing else", async () => {
  const context = setUp({
    attic: (onOutput) => {
      onOutput("stderr", bytes("a\tb\x1b\n"));
      return { ...OK, end: "timed_out", exitCode: null, signal: "SIGKILL", reason: "Too long." };
    },
  });
  assertEquals(await runExec(command({ json: true }), context), 1);
  const [attic, barn] = [1, 2].map((number) => idOf("node", number));
  assertEquals(context.terminal.outText.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    { node: "attic", nodeId: attic, stream: "stderr", line: "a\tb\x1b" },
    {
      node: "attic",
      nodeId: attic,
      ...{ outcome: "timed_out", exitCode: null, signal: "SIGKILL", detail: "Too long.", durationMs: 1_200 },
    },
    {
      node: "barn",
      nodeId: barn,
      ...{ outcome: "skipped", exitCode: null, signal: null, detail: "It is not connected.", durationMs: null },
    },
  ]);
  assertEquals(context.terminal.errorText, "");
});

Deno.test("runExec() ends when nobody reads its output any more", async () => {
  const context = setUp({
    attic: (onOutput) => {
      onOutput("stdout", bytes("x\n"));
      return OK;
    },
  });
  context.terminal.out = () => {
    throw new Deno.errors.BrokenPipe("nobody reads");
  };
  await assertRejects(() => runExec(command(), context), Deno.errors.BrokenPipe);
});
