/** Programs on nodes, with a master, nodes, users and programs in processes of their own. */
import { join } from "node:path";
import { DmlProcess, MAIN, PERMISSIONS, scopedSources, SILENT_ENVIRONMENT } from "../../../tools/dml_process.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../assert.ts";
import { Cluster } from "../cluster.ts";
import { LAN_ADDRESS, SecureCluster } from "../security/secure_cluster.ts";

const ALLOWED = ["--allow-exec", "sh=/bin/sh,sleep=/bin/sleep"];
const ENDED = "A program of an admin has ended.";

/** Starts a node with the permissions of its command line, and waits until the master has accepted it. */
async function startNode(
  place: { address: string; directory: string; nodes?: DmlProcess[] },
  name: string,
  flags: readonly string[] = ALLOWED,
): Promise<DmlProcess> {
  const home = join(place.directory, name);
  const line = ["join", place.address, "--name", name, "--workers", "1", ...flags];
  const node = DmlProcess.start(line, { home, program: scopedSources(line, { home }) });
  place.nodes?.push(node);
  await node.logged("The master has accepted this node.");
  return node;
}

/** A `dml exec` that runs. */
class User implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  /** Standard error, once the process has ended. */
  readonly errors: Promise<string>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  /** Finds the master of `cluster` and the token of its admin as the account of the master does. */
  constructor(cluster: { directory: string }, ...words: string[]) {
    this.child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", ...PERMISSIONS, MAIN, "exec", ...words],
      cwd: cluster.directory,
      env: { ...SILENT_ENVIRONMENT, DML_HOME: join(cluster.directory, "master"), NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#reader = this.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.errors = new Response(this.child.stderr).text();
  }

  /** Returns the next line of standard output without its end; `null` at the end. */
  async line(): Promise<string | null> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) return this.#text === "" ? null : this.#text;
      this.#text += value;
    }
    const [line] = this.#text.split("\n", 1);
    this.#text = this.#text.slice(line.length + 1);
    return line;
  }

  /** Waits for its end. Returns the lines that are left, standard error and the exit code. */
  async ended(): Promise<{ lines: string[]; errors: string; code: number }> {
    const lines: string[] = [];
    for (let line = await this.line(); line !== null; line = await this.line()) lines.push(line);
    return { lines, errors: await this.errors, code: (await this.child.status).code };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
    await this.errors;
    await this.child.status;
  }
}

async function exec(cluster: { directory: string }, ...words: string[]) {
  await using user = new User(cluster, ...words);
  return await user.ended();
}

function isRunning(pid: string): boolean {
  return new Deno.Command("kill", { args: ["-0", pid], stderr: "null" }).outputSync().success;
}

/** Makes a pipe with a name, and returns its path. */
function namedPipe(directory: string): string {
  const path = join(directory, "pipe");
  assert(new Deno.Command("mkfifo", { args: [path] }).outputSync().success);
  return path;
}

Deno.test("exec shows what a program writes while it runs, keeps its exit code, and leaves records on both sides", async () => {
  await using cluster = await Cluster.start();
  const node = await startNode(cluster, "attic");
  const pipe = namedPipe(cluster.directory);
  await using user = new User(cluster, "attic", "--", "sh", "-c", `echo now; cat < ${pipe}; echo oops >&2; exit 5`);
  assertEquals(await user.line(), "attic now");
  await Deno.writeTextFile(pipe, "later\n");
  const { lines, errors, code } = await user.ended();
  assertEquals([lines, code], [["attic later"], 5]);
  assertMatch(errors, /^attic oops\nnode +outcome +exit code +time +detail\nattic +failed +5 /);

  const ended = await node.logged(ENDED);
  assertEquals([ended.actor, ended.end, ended.exitCode], ["admin", "exited", 5]);
  assertStringIncludes(String(ended.commandLine), 'sh -c "echo now;');
  const audit = await (await fetch(`http://${cluster.address}/v1/audit`)).json();
  const entries = audit.entries.filter(({ action }: { action: string }) => action.startsWith("node.exec"));
  assertEquals(entries.map(({ actor, action, subject }: Record<string, string>) => [actor, action, subject]), [
    ["admin", "node.exec", "attic"],
    ["admin", "node.exec.end", "attic"],
  ]);
  assertMatch(entries[1].detail, /: exited, exit code 5$/);
});

Deno.test("exec ends the process on the node after Ctrl-C, a timeout, and when the master is gone", async () => {
  await using cluster = await Cluster.start();
  const node = await startNode(cluster, "attic");
  const script = ["--", "sh", "-c", "echo $$; exec sleep 1000"];
  {
    await using user = new User(cluster, "attic", ...script);
    const pid = (await user.line())!.replace("attic ", "");
    assert(isRunning(pid));
    user.child.kill("SIGINT");
    const { errors, code } = await user.ended();
    assertEquals(code, 130);
    assertMatch(errors, /attic +interrupted/);
    const ended = await node.logged(ENDED);
    assertEquals([ended.end, ended.signal], ["cancelled", "SIGTERM"]);
    assert(!isRunning(pid));
  }
  const { lines: [line], errors, code } = await exec(cluster, "attic", "--timeout", "1s", ...script);
  assertEquals(code, 1);
  assertMatch(errors, /attic +timed out/);
  assert(!isRunning(line.replace("attic ", "")));
  {
    await using user = new User(cluster, "attic", ...script);
    const pid = (await user.line())!.replace("attic ", "");
    await cluster.master.stop("SIGKILL");
    const { code } = await user.ended();
    assertEquals(code, 3);
    let seen = 0;
    await node.logged(ENDED, () => ++seen === 3);
    assert(!isRunning(pid));
  }
});

Deno.test("exec runs on several nodes at once, and names the one that does not allow it", async () => {
  await using cluster = await Cluster.start();
  await Promise.all([
    startNode(cluster, "attic", [...ALLOWED, "--label", "gpu"]),
    startNode(cluster, "barn", [...ALLOWED, "--label", "gpu"]),
    startNode(cluster, "cellar", ["--label", "dark"]),
  ]);
  const pipe = namedPipe(cluster.directory);
  // Whichever comes first waits for the other one.
  const meeting = `if mkdir ${pipe}.first; then cat < ${pipe}; else echo met > ${pipe}; echo there; fi 2> /dev/null`;
  const both = await exec(cluster, "--label", "gpu", "--", "sh", "-c", meeting);
  assertEquals(both.code, 0, both.errors);
  assertEquals(both.lines.map((line) => line.replace(/^\w+ +/, "")).toSorted(), ["met", "there"]);
  for (const name of ["attic", "barn"]) assertMatch(both.errors, new RegExp(`^${name} +ok +0 `, "m"));

  const all = await exec(cluster, "--all", "--json", "--", "sh", "-c", "exit 0");
  assertEquals(all.code, 1);
  const rows = all.lines.map((line) => JSON.parse(line));
  const rowsByName = rows.toSorted((one, other) => one.node.localeCompare(other.node));
  assertEquals(rowsByName.map(({ node, outcome, exitCode }) => [node, outcome, exitCode]), [
    ["attic", "ok", 0],
    ["barn", "ok", 0],
    ["cellar", "refused", null],
  ]);
  assertStringIncludes(rowsByName[2].detail, "it allows no programs. Start it with `dml join --allow-exec sh=");
  const other = await exec(cluster, "attic", "--", "cat", "/etc/passwd");
  assertEquals([other.lines, other.code], [[], 1]);
  assertStringIncludes(other.errors, "The node attic does not allow cat: it allows sh, sleep only.");
});

Deno.test("exec ends a program that writes without end", async () => {
  await using cluster = await Cluster.start();
  const node = await startNode(cluster, "attic");
  const user = new User(cluster, "attic", "--", "sh", "-c", "exec yes $(printf %01000d 0)");
  const { lines, errors, code } = await user.ended();
  await user[Symbol.asyncDispose]();
  assertEquals(code, 1);
  assertMatch(errors, /attic +output limit .*It wrote more than/);
  const characters = lines.reduce((sum, line) => sum + line.length - "attic ".length + 1, 0);
  assert(Math.abs(characters - 32 * 1024 ** 2) <= 1, `${characters}`);
  assertEquals((await node.logged(ENDED)).end, "output_limit");
});

Deno.test("exec takes the admin's token on loopback too, and no other one", async () => {
  await using cluster = await Cluster.start();
  await startNode(cluster, "attic");
  const tokens = JSON.parse(await Deno.readTextFile(join(cluster.directory, "master/master/tokens.json")));
  const at = ["attic", "--master", cluster.address];
  const attempt = (...flags: string[]) => exec(cluster, ...at, ...flags, "--", "sh", "-c", "echo in");
  for (const flags of [[], ["--token", tokens.user], ["--token", tokens.node]]) {
    const { lines, errors, code } = await attempt(...flags);
    assertEquals([lines, code], [[], 3], flags.join(" "));
    assertStringIncludes(errors, "refused");
  }
  assertEquals((await attempt("--token", tokens.admin)).lines, ["attic in"]);
});

Deno.test("exec works over TLS, and not at all on a master that others reach without", async () => {
  assert(LAN_ADDRESS !== null, "this host has an address beside loopback");
  await using secure = await SecureCluster.start();
  const address = `${LAN_ADDRESS}:${secure.port}`;
  await using _node = await startNode({ address, directory: secure.directory }, "attic", [
    ...ALLOWED,
    ...["--token", secure.tokens.node],
  ]);
  const flags = ["attic", "--master", address, "--", "sh", "-c", "echo safe"];
  const { lines, code } = await exec(secure, "--token", secure.tokens.admin, ...flags);
  assertEquals([lines, code], [["attic safe"], 0]);
  const user = await exec(secure, "--token", secure.tokens.user, ...flags);
  assertEquals([user.lines, user.code], [[], 3]);

  const home = join(secure.directory, "open");
  const line = ["serve", "--host", "0.0.0.0", "--insecure", "--port", "0", "--control-port", "0"];
  await using master = DmlProcess.start(line, { home });
  const { port } = await master.logged("ready");
  const tokens = JSON.parse(await Deno.readTextFile(join(home, "master/tokens.json")));
  const place = { address: `${LAN_ADDRESS}:${port}`, directory: secure.directory };
  await using _other = await startNode(place, "barn", [...ALLOWED, "--token", tokens.node]);
  const at = ["--token", tokens.admin, "barn", "--master", place.address];
  const open = await exec(secure, ...at, "--", "sh", "-c", "echo in");
  assertEquals([open.lines, open.code], [[], 1]);
  assertStringIncludes(open.errors, "--insecure");
});

Deno.test("a node does not start with a program that it may write, or that Deno may not run for it", async () => {
  const directory = await Deno.makeTempDir({ prefix: "dml-e2e-" });
  try {
    const home = join(directory, "node");
    await Deno.mkdir(home);
    await Deno.writeTextFile(join(home, "tool"), "#!/bin/sh\n", { mode: 0o755 });
    const line = ["join", "127.0.0.1:1", "--allow-exec", `tool=${join(home, "tool")}`];
    await using own = DmlProcess.start(line, { home, program: scopedSources(line, { home }) });
    assertEquals(await own.ended(), 2);
    assertStringIncludes(own.lines.join("\n"), "so nothing in it may be run");
    await using task = DmlProcess.start(["join", "127.0.0.1:1", ...ALLOWED], { home });
    assertEquals(await task.ended(), 2);
    assertStringIncludes(task.lines.join("\n"), "without the permission to run /bin/sh and /bin/sleep");
    assertStringIncludes(task.lines.join("\n"), "--allow-run=sh,/bin/sh,/bin/sleep");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
