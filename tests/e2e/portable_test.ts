/** Tests of the portable executable on a host that has only a shell, tar, gzip and libc. */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { portable } from "../../tools/build/portable.ts";
import { buildProgram } from "../../tools/build/program.ts";
import { targetOf } from "../../tools/build/targets.ts";
import { DmlProcess } from "../../tools/dml_process.ts";
import { PAGE_BUNDLE } from "../../tools/page/bundled_page.ts";
import { pinnedTokens } from "../../tools/pinned_tokens.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { VERSION } from "../../protocol/version.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../assert.ts";
import { enginesOf } from "../../tools/node_processes.ts";
import { BareRoot, type Outcome } from "./bare_root.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { readyFor } from "./cluster.ts";

const ROOT = new URL("../../", import.meta.url);
const SAYS_VERSION: Outcome = { code: 0, out: `dml ${VERSION} (protocol 4)\n`, error: "" };
const SMALL = "size=30m";
const LOCAL_PREDICTION = "a prediction with no master";

/** Files and directories that a build reads. */
const SOURCES = ["main.ts", "deno.json", "deno.lock", "LICENSE", "THIRD_PARTY.md"].concat(
  ["models", "master", "node", "protocol", "user", "tools"],
);

/** Objects that the steps share. */
interface Bench {
  readonly dml: Uint8Array<ArrayBuffer>;
  readonly root: BareRoot;
}

const ignore = Deno.build.os !== "linux" || Deno.uid() !== 0; // chroot exists on Linux only and needs root

Deno.test("portable() builds one file that needs nothing else on a bare host", { ignore }, async (test) => {
  const target = targetOf(Deno.build);
  assert(target !== undefined);
  const dml = await portable(ROOT, await buildProgram(ROOT), target);
  assert(dml.length <= 60_000_000, `it has ${dml.length} bytes`);
  await using root = await BareRoot.create({ libraries: [Deno.execPath()] });
  await writeProgram(join(root.path, "bin/dml"), dml);
  const bench = { dml, root };
  await test.step("the same sources in another directory give the same bytes", async () => {
    await using copy = await temporaryDirectory();
    for (const name of SOURCES) await copyTree(new URL(name, ROOT), join(copy.path, name));
    const elsewhere = pathToFileURL(`${copy.path}/`);
    const again = await portable(elsewhere, await buildProgram(elsewhere), target);
    assertEquals(digestOf(again), digestOf(dml));
  });
  for (const [name, step] of Object.entries(STEPS)) {
    // Without a network of its own, the program might find a master that runs on this machine.
    await test.step({ name, fn: () => step(bench), ignore: name === LOCAL_PREDICTION && !root.isIsolated });
  }
  for (const [name, step] of Object.entries(MOUNTING_STEPS)) {
    await test.step({ name, fn: () => step(bench), ignore: !root.isIsolated });
  }
});

/** Steps by name. Each uses a home directory of its own, or the files that earlier steps left. */
const STEPS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async "a master, a node and a prediction with the model that is inside"({ root }) {
    assertEquals(await root.run("dml", ["version"]), SAYS_VERSION);
    await Deno.writeFile(join(root.path, "home/photo.jpg"), await samplePhoto(1));
    const program = root.command("/bin/dml");
    const serve = ["serve", "--host", "0.0.0.0", "--port", "0", "--control-port", "0", "--home", "/home/master"];
    await using master = DmlProcess.start(serve, { home: "/home/master", program });
    const port = Number((await master.logged("ready")).port);
    const tokens = await pinnedTokens(join(root.path, "home/master"));
    const joinCommand = ["join", `127.0.0.1:${port}`, "--token", tokens.node, "--workers", "1", "--home", "/home/node"];
    await using node = DmlProcess.start(joinCommand, { home: "/home/node", program });
    await readyFor(node, "faces@1");
    const textOf = (file: string) => Deno.readTextFile(`/proc/${node.pid}/${file}`);
    assert(!(await textOf("cmdline")).includes(tokens.node), "the list of processes shows the token");
    assertStringIncludes(await textOf("environ"), `DML_TOKEN=${tokens.node}`);
    const asked = ["predict", "photo.jpg", "--master", `127.0.0.1:${port}`, "--token", tokens.user];
    const { code, out, error } = await root.run("dml", asked);
    assertEquals([code, error], [0, ""]);
    assertStringIncludes(out, "1 picture, 3 persons");
    const [first, second] = await Deno.readFile(join(root.path, "home/photo.annotated.jpg"));
    assertEquals([first, second], [0xff, 0xd8]);
    const started = (await Deno.readTextFile(`/proc/${master.pid}/cmdline`)).split("\0");
    const grants = started.filter((word) => word.startsWith("--allow-") && !word.startsWith("--allow-env="));
    const [id] = await names(root, "home/.cache/dml");
    assertEquals(grants, [
      "--allow-net=0.0.0.0:0,127.0.0.1,127.0.0.1:0",
      `--allow-read=/home/master,/bin/dml,/home/master/own_node,/home/.cache/dml/${id}`,
      "--allow-write=/home/master,/home/master/own_node",
      "--allow-sys=hostname,networkInterfaces,statfs,loadavg,systemMemoryInfo",
      "--allow-run=sh",
    ]);
    assertEquals([await node.stop(), await master.stop()], [0, 0]);
  },

  async "settings in a file, which the program may read only at its start"({ root }) {
    const home = join(root.path, "home/settings");
    await Deno.mkdir(home);
    await Deno.writeTextFile(join(home, "dml.toml"), 'workers = 3\n[join]\nname = "attic"\n');
    const shown = await root.run("dml", ["config", "show", "join", "--home", "/home/settings"]);
    assertEquals([shown.code, shown.error], [0, ""]);
    assertMatch(shown.out, /^workers +3 +workers in \/home\/settings\/dml\.toml$/m);
    assertMatch(shown.out, /^name +attic +join\.name in \/home\/settings\/dml\.toml$/m);
    await Deno.writeTextFile(join(home, "dml.toml"), "workrs = 3\n");
    const named = await root.run("dml", ["nodes", "--config", "/home/settings/dml.toml", "--master", "127.0.0.1:1"]);
    assertEquals([named.code, named.out], [2, ""]);
    assertStringIncludes(named.error, "/home/settings/dml.toml has workrs, which is no setting. Did you mean workers?");
  },

  async "the page for browsers"({ dml }) {
    await using directory = await temporaryDirectory();
    const program = join(directory.path, "dml");
    await writeProgram(program, dml);
    const serve = ["serve", "--port", "0", "--control-port", "0"];
    await using master = DmlProcess.start(serve, { home: join(directory.path, "home"), program: [program] });
    const page = await fetch(`http://127.0.0.1:${(await master.logged("ready")).port}/page/page.js`);
    assertEquals(await page.text() === await Deno.readTextFile(PAGE_BUNDLE), true, "it is the page of the sources");
  },

  async "a node decodes pictures in a process that may only speak with it"({ dml }) {
    await using directory = await temporaryDirectory();
    const program = join(directory.path, "dml");
    await writeProgram(program, dml);
    const home = join(directory.path, "home");
    const started = ["join", "127.0.0.1:1", "--workers", "1"];
    await using node = DmlProcess.start(started, { home, program: [program] });
    await node.logged("There is no connection to the master; the node will retry.");
    while (enginesOf(node.pid).length === 0) await Deno.stat(program);
    const [engine] = enginesOf(node.pid);
    const words = (await Deno.readTextFile(`/proc/${engine}/cmdline`)).split("\0");
    const grants = words.filter((word) => word.startsWith("--allow-")).map((word) => word.replace(/\d+$/, "PORT"));
    assertEquals(grants, ["--allow-net=127.0.0.1:PORT"]);
    assertEquals(await node.stop(), 0);
  },

  async "the demo of the README"({ dml }) {
    await using directory = await temporaryDirectory();
    const program = join(directory.path, "dml");
    await writeProgram(program, dml);
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", fileURLToPath(new URL("tools/demo.ts", ROOT)), program],
      cwd: directory.path,
      env: { NO_COLOR: "1", HOME: directory.path, XDG_CACHE_HOME: join(directory.path, "cache") },
      stdin: "null",
    });
    const { code, stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stdout);
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""], text);
    assertStringIncludes(text, "6 pictures, 22 persons");
  },
  async [LOCAL_PREDICTION]({ root }) {
    const { code, out } = await root.run("dml", ["predict", "photo.jpg", "--no-annotate"]);
    assertEquals(code, 0);
    assertStringIncludes(out, "1 picture, 3 persons");
  },

  async "renamed and moved it is the same, and unpacks nothing anew"({ root }) {
    const before = await marks(root, "home/.cache/dml");
    await Deno.mkdir(join(root.path, "home/some place"));
    const moved = "home/some place/it's renamed";
    await Deno.rename(join(root.path, "bin/dml"), join(root.path, moved));
    assertEquals(await root.run(`/${moved}`, ["version"]), SAYS_VERSION);
    assertEquals(await root.run("some place/it's renamed", ["version"]), SAYS_VERSION);
    assertEquals(await marks(root, "home/.cache/dml"), before);
    await Deno.rename(join(root.path, moved), join(root.path, "bin/dml"));
  },

  async "what is damaged is repaired"({ root }) {
    const [id] = await names(root, "home/.cache/dml");
    const unpacked = join(root.path, "home/.cache/dml", id);
    const damages: Readonly<Record<string, () => Promise<void>>> = {
      "a module that was written over": () => Deno.writeTextFile(join(unpacked, "main.js"), "throw 1"),
      "a Deno that was cut short": () => Deno.truncate(join(unpacked, "deno"), 1_000_000),
      "a file that is gone": () => Deno.remove(join(unpacked, "worker.js")),
    };
    for (const [what, damage] of Object.entries(damages)) {
      await damage();
      assertEquals(await root.run("dml", ["version"]), SAYS_VERSION, what);
      assertEquals(await names(root, "home/.cache/dml"), [id], what);
    }
  },

  async "versions that nobody runs make room, when a new one comes"({ root }) {
    const cache = join(root.path, "home/.cache/dml");
    const [id] = await names(root, "home/.cache/dml");
    const [idle, running] = ["0.0.8-0123456789abcdef", "0.0.9-0123456789abcdef"];
    for (const version of [idle, running]) {
      await Deno.mkdir(join(cache, version));
      for (const mark of ["ready", "used"]) await Deno.writeTextFile(join(cache, version, mark), "");
      for (const path of [join(cache, version, "ready"), join(cache, version)]) await Deno.utime(path, 0, 0);
    }
    await Deno.mkdir(join(cache, "a directory of somebody's"));
    using held = await Deno.open(join(cache, running, "used"));
    await held.lock(false);
    await Deno.remove(join(cache, id), { recursive: true });
    assertEquals(await root.run("dml", ["version"]), SAYS_VERSION);
    assertEquals(await names(root, "home/.cache/dml"), [running, id, "a directory of somebody's"]);
    for (const other of [running, "a directory of somebody's"]) {
      await Deno.remove(join(cache, other), { recursive: true });
    }
  },

  async "a copy that was cut short says so and leaves nothing that starts"({ root, dml }) {
    await writeProgram(join(root.path, "bin/cut"), dml.subarray(0, 20_000_000));
    const { code, out, error } = await root.run("cut", ["version"], { environment: { HOME: "/cut" } });
    assertEquals([code, out], [3, ""]);
    assertStringIncludes(error, "cut is damaged or was cut short: copy dml again.");
    await Deno.remove(join(root.path, "cut"), { recursive: true });
  },

  async "a home with spaces, and one that holds the signs of a shell and of Deno"({ root }) {
    for (const home of ["/a home/of  mine", '/it\'s $HOME; "a, b"`']) {
      await Deno.mkdir(join(root.path, home), { recursive: true });
      assertEquals(await root.run("dml", ["version"], { environment: { HOME: home } }), SAYS_VERSION);
      const refused = await root.run("dml", ["predict", "none.jpg"], { environment: { HOME: home } });
      assertStringIncludes(refused.error, "There is no file none.jpg.");
      await Deno.remove(join(root.path, home), { recursive: true });
    }
  },

  async "two users of one cache, each with a place of his own"({ root }) {
    const shared = join(root.path, "shared");
    await Deno.mkdir(shared);
    await Deno.chmod(shared, 0o1777);
    for (const user of ["1001:1001", "1002:1002", "1001:1001"]) {
      const environment = { HOME: "/none", XDG_CACHE_HOME: "/shared" };
      assertEquals(await root.run("dml", ["version"], { user, environment }), SAYS_VERSION, user);
    }
    const owners = (await names(root, "shared")).map((name) => [name, Deno.statSync(join(shared, name)).uid]);
    assertEquals(owners, [["dml", 1001], ["dml-2", 1002]]);
    await Deno.remove(shared, { recursive: true });
  },

  async "twenty at once unpack into one place"({ root }) {
    const home = await Deno.makeTempDir({ prefix: "dml_twenty_" });
    try {
      const environment = { HOME: home, PATH: "/usr/bin:/bin" };
      const start = () =>
        new Deno.Command(join(root.path, "bin/dml"), { args: ["version"], env: environment, clearEnv: true });
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => start().output()));
      for (const { code, stdout, stderr } of outcomes) {
        const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
        assertEquals({ code, out: text(stdout), error: text(stderr) }, SAYS_VERSION);
      }
      const left = (await Array.fromAsync(Deno.readDir(join(home, ".cache/dml")))).map(({ name }) => name);
      assertEquals(left.length, 1, left.join(" "));
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },

  async "three at once where nobody can wait"({ root }) {
    const environment = { HOME: "/three" };
    const start = () => root.run("dml", ["version"], { environment });
    assertEquals(await Promise.all([start(), start(), start()]), [SAYS_VERSION, SAYS_VERSION, SAYS_VERSION]);
    assertEquals((await names(root, "three/.cache/dml")).length, 1);
    await Deno.remove(join(root.path, "three"), { recursive: true });
  },
};

/** Steps that need the right to mount. */
const MOUNTING_STEPS: typeof STEPS = {
  async "a cache that can only be read"({ root }) {
    const cache = join(root.path, "home/.cache");
    await root.mount("--bind", cache, cache);
    await root.mount("-o", "remount,bind,ro", cache);
    assertEquals(await root.run("dml", ["version"]), SAYS_VERSION);
    const { code, out } = await root.run("dml", ["predict", "photo.jpg", "--no-annotate"]);
    assertEquals(code, 0);
    assertStringIncludes(out, "1 picture, 3 persons");
  },

  async "a full disk: it goes elsewhere, or says what to do and leaves the room free"({ root }) {
    const full = join(root.path, "full");
    await Deno.mkdir(full);
    await root.mount("-t", "tmpfs", "-o", SMALL, "tmpfs", full);
    assertEquals(await root.run("dml", ["version"], { environment: { HOME: "/full" } }), SAYS_VERSION);
    assertEquals((await names(root, "tmp")).includes("dml"), true);
    const nowhere = await root.run("dml", ["version"], { environment: { DML_CACHE: "/full" } });
    assertEquals([nowhere.code, nowhere.out], [3, ""]);
    assertStringIncludes(nowhere.error, "No space left on device");
    assertStringIncludes(nowhere.error, "or name a directory with DML_CACHE.");
    const room = await root.run("sh", ["-c", "printf '%030000000d' 0 > /full/room"]);
    assertEquals(room.error, "", "the space that it used is free again");
  },
};

async function copyTree(from: URL, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copyTree(new URL(`${from.href}/${name}`), join(to, name));
}

async function writeProgram(path: string, bytes: Uint8Array): Promise<void> {
  await Deno.writeFile(path, bytes);
  await Deno.chmod(path, 0o755);
}

/** Returns the sorted names of all entries in `directory` of `root`, hidden ones included. */
async function names(root: BareRoot, directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(join(root.path, directory)))).map(({ name }) => name).toSorted();
}

/**
 * Returns the time in milliseconds at which each program in `directory` of `root` was installed.
 */
async function marks(root: BareRoot, directory: string): Promise<(number | undefined)[]> {
  const stats = (await names(root, directory)).map((name) => Deno.stat(join(root.path, directory, name, "ready")));
  return (await Promise.all(stats)).map(({ mtime }) => mtime?.getTime());
}
