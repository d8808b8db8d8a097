/** `dml cp`, `dml ls` and `dml rm` with a master and nodes in processes of their own. */
import { join } from "node:path";
import { DmlProcess, SILENT_ENVIRONMENT, sourcesCommand } from "../../../tools/dml_process.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { Cluster } from "../cluster.ts";

/** A file's text, or its bytes. */
type Content = string | Uint8Array;

async function writeTree(directory: string, files: Readonly<Record<string, Content>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
}

/** Returns bytes that do not shrink, the same for the same seed. */
function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0, state = seed; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/** Starts a node that opens the directory `<name>-files`, and waits until the master has it. */
async function openingNode(cluster: Cluster, name: string, { opens = true } = {}): Promise<DmlProcess> {
  const directory = join(cluster.directory, `${name}-files`);
  await Deno.mkdir(directory, { recursive: true });
  const files = opens ? ["--files", directory] : [];
  const line = ["join", cluster.address, "--name", name, "--workers", "1", ...files];
  const node = DmlProcess.start(line, { home: join(cluster.directory, name) });
  cluster.nodes.push(node);
  await node.logged("The master has accepted this node.");
  return node;
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs a command line of the account that runs the master, which finds its token by itself. */
async function dml(
  cluster: Cluster,
  line: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const [executable, ...before] = sourcesCommand();
  const command = new Deno.Command(executable, {
    args: [...before, ...line],
    cwd: cluster.directory,
    env: { ...SILENT_ENVIRONMENT, DML_HOME: join(cluster.directory, "master"), ...env },
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, error };
}

async function succeed(cluster: Cluster, ...line: string[]): Promise<string> {
  const { code, out, error } = await dml(cluster, line);
  assertEquals(code, 0, `${line.join(" ")}: ${out}${error}`);
  return out;
}

Deno.test("a directory goes to a node and back with its modes and times, and is not sent again", async () => {
  await using cluster = await Cluster.start();
  const node = await openingNode(cluster, "attic");
  const source = join(cluster.directory, "photos");
  await writeTree(source, {
    "a.txt": "hello",
    "empty": "",
    "deep/er/big.bin": noise(9_000_000),
    "deep/text.log": "the same line\n".repeat(100_000),
  });
  await Deno.chmod(join(source, "a.txt"), 0o640);
  await Deno.chmod(join(source, "deep"), 0o750);
  const [old, older] = [new Date("2021-02-03T04:05:06Z"), new Date("2019-01-01T00:00:00Z")];
  await Deno.utime(join(source, "a.txt"), old, old);
  await Deno.utime(join(source, "deep"), older, older);
  assertStringIncludes(await succeed(cluster, "cp", "photos", "attic:archive/photos"), "attic: 4 files copied");
  const there = join(cluster.directory, "attic-files/archive/photos");
  for (const name of ["a.txt", "empty", "deep/er/big.bin", "deep/text.log"]) {
    assertEquals(await Deno.readFile(join(there, name)), await Deno.readFile(join(source, name)), name);
  }
  const stateOf = async (path: string) => {
    const { mode, mtime } = await Deno.stat(path);
    return { mode: (mode ?? 0) & 0o777, mtime };
  };
  for (const name of ["a.txt", "deep", "deep/er", "deep/text.log"]) {
    assertEquals(await stateOf(join(there, name)), await stateOf(join(source, name)), name);
  }

  const again = JSON.parse(await succeed(cluster, "cp", "photos", "attic:archive/photos", "--json"));
  assertEquals({ copied: again.copied, same: again.same, bytes: again.bytes }, { copied: 0, same: 4, bytes: 0 });
  await succeed(cluster, "cp", "attic:archive/photos", "back");
  for (const name of ["a.txt", "deep/er/big.bin"]) {
    assertEquals(await Deno.readFile(join(cluster.directory, "back", name)), await Deno.readFile(join(source, name)));
    assertEquals(await stateOf(join(cluster.directory, "back", name)), await stateOf(join(source, name)), name);
  }
  const copied = await node.logged("An admin copies files to this node.");
  assertEquals([copied.files, copied.first], [4, "archive/photos/a.txt"]);
  const audit = await succeed(cluster, "audit", "--json");
  for (const action of ["file.copy", "file.read"]) assertStringIncludes(audit, `"${action}"`);
  assertStringIncludes(audit, "archive/photos/a.txt");
});

Deno.test("globs, all:, listing and removing; a node without --files says how", async () => {
  await using cluster = await Cluster.start();
  await openingNode(cluster, "attic");
  await openingNode(cluster, "cellar");
  await writeTree(cluster.directory, { "in/a.txt": "a", "in/b.txt": "b", "in/c.bin": "c" });
  const out = await succeed(cluster, "cp", "in/*.txt", "all:logs/");
  assertStringIncludes(out, "attic: 2 files copied");
  assertStringIncludes(out, "cellar: 2 files copied");
  const names = (await succeed(cluster, "ls", "cellar:logs", "--json")).trim().split("\n").map((line) =>
    JSON.parse(line).path
  );
  assertEquals(names, ["logs/a.txt", "logs/b.txt"]);
  await succeed(cluster, "cp", "attic:logs/*.txt", "fetched/");
  assertEquals(await Deno.readTextFile(join(cluster.directory, "fetched/b.txt")), "b");
  await succeed(cluster, "cp", "attic:logs", "cellar:copies");
  assertEquals(await Deno.readTextFile(join(cluster.directory, "cellar-files/copies/a.txt")), "a");

  const asked = await dml(cluster, ["rm", "all:logs/a.txt"]);
  assertEquals(asked.code, 2, asked.error);
  assertStringIncludes(asked.error, "--yes");
  await succeed(cluster, "rm", "all:logs/a.txt", "--yes");
  assertEquals(
    await succeed(cluster, "ls", "attic:logs", "--recursive", "--json").then((text) => text.includes("a.txt")),
    false,
  );
  const full = await dml(cluster, ["rm", "attic:logs", "--yes"]);
  assertEquals(full.code, 1, full.error);
  assertStringIncludes(full.error, "--recursive");
  await succeed(cluster, "rm", "attic:logs", "--recursive", "--yes");
  assertEquals([...Deno.readDirSync(join(cluster.directory, "attic-files"))].map(({ name }) => name), [".dml-parts"]);
  assertStringIncludes(await succeed(cluster, "audit", "--json"), '"file.remove"');

  await openingNode(cluster, "closed", { opens: false });
  const refused = await dml(cluster, ["cp", "in/a.txt", "closed:a.txt"]);
  assertEquals(refused.code, 1, refused.error);
  assertStringIncludes(refused.error, "dml join HOST --files DIR");
});

Deno.test("nothing leads out of the directory, and only the admin's token opens it", async () => {
  await using cluster = await Cluster.start();
  await openingNode(cluster, "attic");
  const opened = join(cluster.directory, "attic-files");
  const outside = join(cluster.directory, "outside");
  await writeTree(cluster.directory, { "outside/secret.txt": "secret", "mine.txt": "mine" });
  await Deno.symlink(outside, join(opened, "way-out"));
  await Deno.symlink(join(outside, "secret.txt"), join(opened, "secret"));
  for (
    const line of [
      ["cp", "attic:way-out/secret.txt", "stolen.txt"],
      ["cp", "attic:secret", "stolen.txt"],
      ["cp", "mine.txt", "attic:way-out/mine.txt"],
      ["cp", "mine.txt", "attic:secret"],
      ["ls", "attic:way-out"],
      ["rm", "attic:way-out/secret.txt", "--yes"],
    ]
  ) {
    const { code, out, error } = await dml(cluster, line);
    assertEquals(code, line[0] === "ls" && code === 0 ? 0 : 1, `${line.join(" ")}: ${out}${error}`);
    assert(!out.includes("secret.txt"), out);
  }
  assertEquals([...Deno.readDirSync(outside)].map(({ name }) => name), ["secret.txt"]);
  assertEquals(await Deno.readTextFile(join(outside, "secret.txt")), "secret");
  await succeed(cluster, "rm", "attic:way-out", "--yes"); // the link itself

  const stranger = { DML_HOME: join(cluster.directory, "stranger") };
  const nobody = await dml(cluster, ["ls", "attic:", "--master", cluster.address], stranger);
  assertEquals(nobody.code, 3, nobody.error);
  assertStringIncludes(nobody.error, "admin's token");
  const { user } = JSON.parse(await Deno.readTextFile(join(cluster.directory, "master/master/tokens.json")));
  const userToken = await dml(cluster, ["ls", "attic:", "--master", cluster.address, "--token", user], stranger);
  assertEquals(userToken.code, 3, userToken.error);
  assertStringIncludes(userToken.error, "of the role admin");
});

Deno.test("a copy goes on where it stopped when its node is killed and comes back", async () => {
  await using cluster = await Cluster.start();
  const node = await openingNode(cluster, "attic");
  const big = noise(64 * 1024 * 1024, 7);
  await writeTree(cluster.directory, { "big.bin": big });
  const copying = dml(cluster, ["cp", "big.bin", "attic:"]);
  const parts = join(cluster.directory, "attic-files/.dml-parts");
  await untilBytes(parts);
  await node.stop("SIGKILL");
  const back = await openingNode(cluster, "attic");
  const { code, out, error } = await copying;
  assertEquals(code, 0, out + error);
  const planned = await back.logged("An admin copies files to this node.");
  assert(Number(planned.receivedBytes) > 0, `nothing was kept: ${JSON.stringify(planned)}`);
  const arrived = await Deno.readFile(join(cluster.directory, "attic-files/big.bin"));
  assertEquals(arrived.length, big.length);
  assert(arrived.every((byte, index) => byte === big[index]), "the bytes differ");
});

/** Waits until a part of a file has arrived in the directory. */
async function untilBytes(parts: string): Promise<void> {
  for (;;) {
    try {
      for await (const { name } of Deno.readDir(parts)) if ((await Deno.stat(join(parts, name))).size > 0) return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

Deno.test("a master without TLS beyond loopback refuses, with the admin's token too", async () => {
  await using cluster = await Cluster.start({ flags: ["--host", "0.0.0.0", "--insecure"] });
  const directory = join(cluster.directory, "attic-files");
  await Deno.mkdir(directory);
  const { admin, node: token } = JSON.parse(
    await Deno.readTextFile(join(cluster.directory, "master/master/tokens.json")),
  );
  const line = ["join", cluster.address, "--name", "attic", "--workers", "1", "--files", directory, "--token", token];
  const node = DmlProcess.start(line, { home: join(cluster.directory, "attic") });
  cluster.nodes.push(node);
  await node.logged("The master has accepted this node.");
  const { code, error } = await dml(cluster, ["ls", "attic:", "--master", cluster.address, "--token", admin]);
  assertEquals(code, 1, error);
  assertStringIncludes(error, "--insecure");
});
