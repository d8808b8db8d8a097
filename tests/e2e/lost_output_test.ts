/** Tests of roles whose standard output cannot be written any more. */
import { join } from "node:path";
import { DmlProcess, scopedSources } from "../../tools/dml_process.ts";
import { assertEquals } from "../assert.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { closedPort } from "../user/model_sources/closed_port.ts";

const ignore = Deno.build.os !== "linux"; // only Linux has /dev/full

/** Starts `dml ARGUMENTS` with its standard output redirected by `redirection`. */
function start(line: readonly string[], { home, redirection }: { home: string; redirection: string }): DmlProcess {
  const program = ["sh", "-c", `exec "$@" ${redirection}`, "sh", ...scopedSources(line, { home })];
  return DmlProcess.start(line, { home, program });
}

function errorsOf(process: DmlProcess): unknown[] {
  return process.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "error")
    .map(({ message, reason }) => [message, reason]);
}

const FULL = [[
  "Standard output cannot be written; this role continues without it.",
  "No space left on device (os error 28)",
]];

Deno.test("dml serve goes on, and reports it once, when standard output is full", { ignore }, async () => {
  await using directory = await temporaryDirectory();
  const line = ["serve", "--port", "0", "--control-port", "0"];
  await using master = start(line, { home: join(directory.path, "home"), redirection: "> /dev/full" });
  await master.logged("ready");
  assertEquals(await master.stop(), 0);
  assertEquals(errorsOf(master), FULL);
});

Deno.test("dml join goes on, and reports it once, when standard output is full", { ignore }, async () => {
  await using directory = await temporaryDirectory();
  const line = ["join", `127.0.0.1:${closedPort()}`, "--workers", "1"];
  await using node = start(line, { home: join(directory.path, "home"), redirection: "> /dev/full" });
  await triedTwice(node);
  assertEquals(await node.stop(), 0);
  assertEquals(errorsOf(node), FULL);
});

Deno.test("dml join goes on without an error when the reader of its standard output has left", { ignore }, async () => {
  await using directory = await temporaryDirectory();
  const pipe = join(directory.path, "pipe");
  assertEquals((await new Deno.Command("mkfifo", { args: [pipe] }).output()).code, 0);
  const line = ["join", `127.0.0.1:${closedPort()}`, "--workers", "1"];
  await using node = start(line, { home: join(directory.path, "home"), redirection: `> "${pipe}"` });
  // The call resolves when the node opens its side, and the pipe is closed before the node writes
  // its first line.
  (await Deno.open(pipe)).close();
  await triedTwice(node);
  assertEquals(await node.stop(), 0);
  assertEquals(errorsOf(node), []);
  await node.logged("The reader of standard output has gone; this role continues without it.");
});

async function triedTwice(node: DmlProcess): Promise<void> {
  const message = "There is no connection to the master; the node will retry.";
  let first: unknown;
  await node.logged(message, (line) => (first ??= line, true));
  await node.logged(message, (line) => JSON.stringify(line) !== JSON.stringify(first));
}
