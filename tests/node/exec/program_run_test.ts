import { ProgramRun, type ProgramRunOptions } from "../../../node/exec/program_run.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { ExecEnded, ExecOutput } from "../../../protocol/messages/exec.ts";
import { assert, assertEquals, assertMatch } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

const EXEC_ID = "exec_0123456789abcdefghjk";

/** A program that runs, and what it has sent. */
class Running {
  readonly run: ProgramRun;
  readonly sent: (ExecOutput | ExecEnded)[] = [];
  readonly text = { stdout: "", stderr: "" };
  #waiting: (() => void)[] = [];

  constructor(script: string, options: Partial<ProgramRunOptions> & { credit?: number; args?: string[] } = {}) {
    const { credit = LIMITS.execWindowBytes, args = [] } = options;
    this.run = new ProgramRun({
      path: "/bin/sh",
      clock: SYSTEM_CLOCK,
      send: (message) => this.#take(message),
      ...options,
      start: {
        type: "exec.start",
        execId: EXEC_ID,
        actor: "admin",
        program: "sh",
        arguments: ["-c", script, "sh", ...args],
        timeoutMs: 60_000,
        creditBytes: credit,
      },
    });
  }

  get bytes(): number {
    return this.text.stdout.length + this.text.stderr.length;
  }

  /** Resolves once `isTrue`, which is asked after each message. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #take(message: ExecOutput | ExecEnded): void {
    this.sent.push(message);
    if (message.type === "exec.output") {
      this.text[message.stream] += new TextDecoder().decode(Uint8Array.fromBase64(message.data));
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Asks the system for a turn of its own, so that anything that could be read was read. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Deno.stat("/");
}

Deno.test("ProgramRun passes arguments as they are, and keeps the streams apart and the exit code", async () => {
  const args = ["", "a b", "$HOME", "*", "'\"", "-x", "ü\n"];
  const running = new Running('printf "%s|" "$@"; echo oops >&2; exit 7', { args });
  const { durationMs, ...end } = await running.run.finished;
  assertEquals(end, { end: "exited", exitCode: 7, signal: null, reason: null });
  assert(durationMs > 0);
  assertEquals(running.text, { stdout: args.map((arg) => `${arg}|`).join(""), stderr: "oops\n" });
  assertEquals(running.sent.at(-1), { type: "exec.ended", execId: EXEC_ID, durationMs, ...end });
});

Deno.test("ProgramRun starts a program with a clean environment, in / and without input", async () => {
  Deno.env.set("DML_TOKEN", "dmla_secret");
  try {
    const running = new Running("/usr/bin/env; pwd; cat");
    assertEquals((await running.run.finished).exitCode, 0);
    const lines = running.text.stdout.trimEnd().split("\n").filter((line) => !/^(_|PWD|OLDPWD|SHLVL)=/.test(line));
    assertEquals(lines.toSorted(), [
      "/",
      "LANG=C.UTF-8",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]);
  } finally {
    Deno.env.delete("DML_TOKEN");
  }
});

Deno.test("ProgramRun sends no more than it has credit for, in pieces, and all of it in the end", async () => {
  const running = new Running("head -c 300000 /dev/zero; head -c 100000 /dev/zero >&2", { credit: 1_000 });
  await running.until(() => running.bytes === 1_000);
  await turns(50);
  assertEquals(running.bytes, 1_000, "it waits for more credit");
  running.run.addCredit(200_000);
  await running.until(() => running.bytes === 201_000);
  await turns(50);
  assertEquals(running.bytes, 201_000);
  running.run.addCredit(LIMITS.execWindowBytes);
  assertEquals((await running.run.finished).end, "exited");
  assertEquals([running.text.stdout.length, running.text.stderr.length], [300_000, 100_000]);
  for (const message of running.sent) {
    if (message.type === "exec.output") assert(message.data.length <= 4 * Math.ceil(LIMITS.execPieceBytesMax / 3));
  }
});

Deno.test("ProgramRun ends a program that takes too long, and one that ignores that with SIGKILL", async () => {
  const clock = new ManualClock();
  const slow = new Running("exec sleep 1000", { clock });
  clock.advance(60_000);
  assertEquals(await slow.run.finished, {
    end: "timed_out",
    exitCode: null,
    signal: "SIGTERM",
    reason: "It ran for longer than 60 s.",
    durationMs: 60_000,
  });
  const deaf = new Running("trap '' TERM; echo ready; while :; do :; done", { clock });
  await deaf.until(() => deaf.text.stdout === "ready\n");
  clock.advance(60_000);
  clock.advance(LIMITS.execKillMs);
  const { end, signal } = await deaf.run.finished;
  assertEquals([end, signal], ["timed_out", "SIGKILL"]);
  assertEquals(clock.pending, 0, "no timer is left");
});

Deno.test("ProgramRun.cancel() ends a program that waits for credit, and sends nothing but its end", async () => {
  const running = new Running("exec yes", { credit: 10 });
  await running.until(() => running.bytes === 10);
  running.run.cancel();
  running.run.addCredit(1_000);
  const { end } = await running.run.finished;
  assertEquals(end, "cancelled");
  assertEquals(running.bytes, 10);
  assertEquals(running.sent.at(-1)?.type, "exec.ended");
});

Deno.test("ProgramRun.abandon() ends a program and sends nothing", async () => {
  const running = new Running("echo ready; exec sleep 1000");
  await running.until(() => running.text.stdout === "ready\n");
  running.run.abandon();
  assertEquals((await running.run.finished).signal, "SIGTERM");
  assertEquals(running.sent.map(({ type }) => type), ["exec.output"]);
});

Deno.test("ProgramRun ends a program that writes too much, not one that writes just so much", async () => {
  const endless = new Running("exec yes", { outputBytesMax: 50_000 });
  const { end, reason } = await endless.run.finished;
  assertEquals([end, reason], ["output_limit", "It wrote more than 50000 bytes."]);
  assertEquals(endless.bytes, 50_000);
  const exact = new Running("head -c 50000 /dev/zero", { outputBytesMax: 50_000 });
  assertEquals((await exact.run.finished).end, "exited");
  assertEquals(exact.bytes, 50_000);
});

Deno.test("ProgramRun does not wait for a process that the program left behind", async () => {
  const running = new Running("sleep 1000 & echo $!");
  const { end, exitCode } = await running.run.finished;
  assertEquals([end, exitCode], ["exited", 0]);
  assertMatch(running.text.stdout, /^\d+\n$/);
  Deno.kill(Number(running.text.stdout), "SIGKILL");
});

Deno.test("ProgramRun says why a program cannot be started", async () => {
  const running = new Running("", { path: "/nonexistent/program" });
  const { end, exitCode, reason } = await running.run.finished;
  assertEquals([end, exitCode], ["refused", null]);
  assertMatch(reason ?? "", /^sh cannot be started: /);
});
