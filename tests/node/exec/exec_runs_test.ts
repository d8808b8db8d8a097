import { ExecRuns, type ExecRunsOptions } from "../../../node/exec/exec_runs.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Log, LogFields } from "../../../protocol/kernel/log.ts";
import type { ExecStart } from "../../../protocol/messages/exec.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import { assertEquals } from "../../assert.ts";

function idOf(number: number): string {
  return `exec_${String(number).padStart(20, "0")}`;
}

function startOf(program: string, { number = 1, args = [] }: { number?: number; args?: string[] } = {}): ExecStart {
  const rest = { actor: "admin", timeoutMs: 60_000, creditBytes: LIMITS.execWindowBytes };
  return { type: "exec.start", execId: idOf(number), program, arguments: args, ...rest };
}

/** The programs of a node, what it sent, and what it logged. */
function setUp(options: Partial<ExecRunsOptions> = {}) {
  const logged: [string, LogFields][] = [];
  const note = (message: string, fields: LogFields = {}) => void logged.push([message, fields]);
  const log: Log = { debug: note, info: note, warn: note, error: note, with: () => log };
  const programs = [{ name: "sh", path: "/bin/sh" }, { name: "sleep", path: "/bin/sleep" }];
  const runs = new ExecRuns({ programs, isProtected: () => true, clock: SYSTEM_CLOCK, log, ...options });
  const sent: Message[] = [];
  const waiting: (() => void)[] = [];
  const send = (message: Message) => {
    sent.push(message);
    for (const resolve of waiting.splice(0)) resolve();
  };
  const next = async (type: Message["type"]) => {
    for (;;) {
      const found = sent.find((message) => message.type === type);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { runs, sent, send, next, logged };
}

/** Returns the reason why a node refuses to run `start`. */
function refusalOf(start: ExecStart, options: Partial<ExecRunsOptions> = {}): string | null {
  const { runs, sent, send } = setUp(options);
  runs.receive(start, send);
  const [message] = sent;
  if (message?.type !== "exec.ended") return null;
  assertEquals([message.end, message.exitCode], ["refused", null]);
  return message.reason;
}

Deno.test("ExecRuns runs an allowed program, and logs who asked for what and how it ended", async () => {
  const { runs, send, next, sent, logged } = setUp();
  assertEquals(runs.names, ["sh", "sleep"]);
  assertEquals(runs.receive(startOf("sh", { args: ["-c", "echo hi; exit 3"] }), send), true);
  await next("exec.ended");
  await runs.close();
  assertEquals(sent.map(({ type }) => type), ["exec.output", "exec.ended"]);
  const commandLine = 'sh -c "echo hi; exit 3"';
  assertEquals(logged, [
    ["An admin runs a program.", { actor: "admin", commandLine, path: "/bin/sh" }],
    ["A program of an admin has ended.", {
      ...{ actor: "admin", commandLine },
      ...{ end: "exited", exitCode: 3, signal: null, reason: null },
    }],
  ]);
});

Deno.test("ExecRuns refuses programs that it was not started with, and everything without them or without TLS", () => {
  assertEquals(refusalOf(startOf("ls")), "The node does not allow ls; it allows sh, sleep.");
  assertEquals(refusalOf(startOf("/bin/sh")), "The node does not allow /bin/sh; it allows sh, sleep.");
  assertEquals(
    refusalOf(startOf("sh"), { programs: [] }),
    "The node runs no programs: it was started without --allow-exec.",
  );
  assertEquals(
    refusalOf(startOf("sh"), { isProtected: () => false }),
    "The node runs nothing for a master without TLS, since others could ask in its place.",
  );
});

Deno.test("ExecRuns logs what it refuses", () => {
  const { runs, send, logged } = setUp();
  runs.receive(startOf("ls", { args: ["-l"] }), send);
  const reason = "The node does not allow ls; it allows sh, sleep.";
  assertEquals(logged, [["The node refused to run a program.", { actor: "admin", commandLine: "ls -l", reason }]]);
});

Deno.test("ExecRuns runs only so many programs at once, and each of them once", async () => {
  const { runs, sent, send } = setUp();
  const start = (number: number) => runs.receive(startOf("sleep", { number, args: ["1000"] }), send);
  start(1);
  start(1);
  for (let number = 2; number <= LIMITS.execRunsPerNodeMax + 1; number++) start(number);
  assertEquals(sent.map((message) => message.type === "exec.ended" && message.reason), [
    "The node runs this already.",
    `The node runs ${LIMITS.execRunsPerNodeMax} programs already.`,
  ]);
  await runs.close();
});

Deno.test("ExecRuns.receive() ends the program that is named, and leaves other messages alone", async () => {
  const { runs, send, next } = setUp();
  runs.receive(startOf("sleep", { args: ["1000"] }), send);
  runs.receive({ type: "exec.cancel", execId: idOf(2) }, send);
  assertEquals(runs.receive({ type: "exec.cancel", execId: idOf(1) }, send), true);
  const ended = await next("exec.ended");
  assertEquals(ended.type === "exec.ended" && [ended.end, ended.signal], ["cancelled", "SIGTERM"]);
  assertEquals(runs.receive({ type: "ping" }, send), false);
  await runs.close();
});

Deno.test("ExecRuns.disconnected() ends every program, and tells nobody", async () => {
  const { runs, sent, send, logged } = setUp();
  for (const number of [1, 2]) runs.receive(startOf("sleep", { number, args: ["1000"] }), send);
  runs.disconnected();
  await runs.close();
  assertEquals(sent, []);
  assertEquals(logged.slice(2).map(([, { end, signal }]) => [end, signal]), [
    ["cancelled", "SIGTERM"],
    ["cancelled", "SIGTERM"],
  ]);
});
