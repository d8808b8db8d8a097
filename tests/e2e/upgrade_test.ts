/**
 * The executable that people copy to hosts, in two versions, and some that are broken: what becomes
 * of a node in between.
 */
import { join } from "node:path";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import type { NodeProgram } from "../../protocol/http_api/program_api.ts";
import { portable } from "../../tools/build/portable.ts";
import { buildProgram, type Program } from "../../tools/build/program.ts";
import { targetOf } from "../../tools/build/targets.ts";
import { DmlProcess } from "../../tools/dml_process.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import { HttpClusterClient } from "../../user/client/http/cluster.ts";
import { HttpProgramClient } from "../../user/client/http/programs.ts";
import { MasterHttp } from "../../user/client/http/master_http.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../assert.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { readyFor } from "./cluster.ts";

const ROOT = new URL("../../", import.meta.url);
/**
 * Small enough to be waited for; whatever a slow machine makes of it, the program that hangs never
 * comes up.
 */
const WITHIN_SECONDS = "5";

/** Paths of the built executables, and the directory of their data. */
interface Bench {
  readonly directory: string;
  readonly paths: Readonly<Record<keyof typeof BUILDS, string>>;
}

/** The programs that are built: a version, and a change of the code. */
const BUILDS = {
  old: { version: "0.1.0", change: (text: string) => text },
  newer: { version: "0.2.0", change: (text: string) => text },
  exits: { version: "0.3.0", change: () => "Deno.exit(4)" },
  hangs: { version: "0.4.0", change: () => "setInterval(() => {}, 1000)" },
  stranger: { version: "0.5.0", change: (text: string) => text.replaceAll("{min:4,max:4}", "{min:5,max:6}") },
} as const;

Deno.test("a node is upgraded from the executable of one version to that of another", async (test) => {
  await using place = await temporaryDirectory();
  const bench = await build(place.path);
  for (const [name, step] of Object.entries(STEPS)) await test.step(name, () => step(bench));
});

const STEPS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async "a node takes the newer program of its master while pictures run, and none is lost"(bench) {
    await using master = await Master.start(bench, "newer", []);
    await using plain = joined(bench, { master, name: "plain" });
    await using willing = joined(bench, { master, name: "willing", flags: ["--upgrade"] });
    await Promise.all([
      readyFor(plain, "faces@1"),
      willing.logged("The master offers a newer dml; it is being fetched."),
    ]);
    const photo = await samplePhoto(1);
    let isOver = false;
    let answered = 0;
    const user = async () => {
      for (; !isOver; answered++) {
        const { prediction } = await master.client.predict(photo, OPTIONS);
        assertEquals(prediction.persons.length, 3);
      }
    };
    const users = Promise.all([user(), user()]);
    users.catch(() => isOver = true);
    const kept = await willing.logged("The new program has started successfully; it is kept.");
    assertEquals(kept.version, "0.2.0");
    await readyFor(willing, "faces@1");
    isOver = true;
    await users;
    assert(answered > 0, "pictures ran meanwhile");
    assertEquals(master.process.lines.filter((line) => line.includes("An attempt on node")), [], "no attempt was lost");
    const nodes = await master.programs();
    assertEquals(nodes.get("willing")?.version, "0.2.0");
    assertEquals(nodes.get("willing")?.state, "current");
    assertEquals(nodes.get("plain")?.version, "0.1.0", "old and new work together");
    assertEquals([nodes.get("plain")?.state, nodes.get("plain")?.reason], [
      "declined",
      "The node was not started with --upgrade.",
    ]);
    assertEquals(await willing.stop("SIGINT"), 0, "Ctrl-C reaches the program behind the script");

    assertEquals(await plain.stop(), 0);

    await using again = joined(bench, { master, name: "again", home: "willing", flags: ["--upgrade"] });
    await again.logged("The master has accepted this node.");
    assertEquals((await master.programs()).get("again")?.version, "0.2.0", "the old file starts the newer program");
    await Promise.all([again.stop("SIGKILL"), master.process.logged("Node again has left.")]);
  },

  async "a program that ends at once, or is never taken in, makes room for the old one"(bench) {
    const fates = { exits: "it ended with exit code 4", hangs: "it took too long and was stopped" } as const;
    await Promise.all(
      Object.entries(fates).map(async ([broken, fate]) => {
        const held = join(bench.directory, `held-${broken}`);
        await Deno.mkdir(held);
        await Deno.copyFile(bench.paths[broken as keyof typeof fates], join(held, "dml-linux-x64"));
        await using master = await Master.start(bench, "old", ["--executables", held]);
        // The short limit applies to the program that hangs only: on a slow machine even unpacking
        // the others may take longer.
        const flags = ["--upgrade", ...broken === "hangs" ? ["--upgrade-within", WITHIN_SECONDS] : []];
        await using node = joined(bench, { master, name: broken, flags });
        await node.logged("The newer dml is ready; the node restarts with it.");
        await master.process.logged(`Node ${broken} did not upgrade to a newer dml.`);
        const { version, state, reason } = (await master.programs()).get(broken)!;
        assertEquals([version, state], ["0.1.0", "declined"]);
        assertStringIncludes(reason ?? "", fate);
        assert(node.lines.some((line) => line.includes(fate)), "the host's own log says it too");
        const { prediction } = await master.client.predict(await samplePhoto(1), OPTIONS);
        assertEquals(prediction.persons.length, 3, "the old one works");
        assertEquals(await node.stop(), 0);
      }),
    );
  },

  async "orders restart a node with the same program, and tell why one does not upgrade"(bench) {
    await using master = await Master.start(bench, "old", []);
    await using node = joined(bench, { master, name: "ordered", flags: ["--upgrade"] });
    await readyFor(node, "faces@1");
    const [{ nodeId }] = await master.client.nodes();
    assertEquals(await master.client.command(nodeId, "restart"), "It is back, with dml 0.1.0.");
    assertEquals(await node.stop("SIGINT"), 0, "the launcher still passes Ctrl-C on");

    await using newer = await Master.start(bench, "newer", []);
    await using plain = joined(bench, { master: newer, name: "unwilling" });
    await plain.logged("The master has accepted this node.");
    const [{ nodeId: plainId }] = await newer.client.nodes();
    const refused = await assertRejects(() => newer.client.command(plainId, "upgrade"), DmlError);
    assertEquals(refused.message, "The node was not started with --upgrade.");
    assertEquals(await plain.stop(), 0);
  },

  async "another protocol version is refused in a sentence"(bench) {
    await using master = await Master.start(bench, "old", []);
    await using node = joined(bench, { master, name: "stranger", program: "stranger" });
    assertEquals(await node.ended(), 3);
    assertStringIncludes(
      node.lines.join("\n"),
      "One side speaks protocol 4, the other 5 to 6. Bring both sides to the same version of dml.",
    );
  },
};

const OPTIONS = { model: "faces", annotate: false, embeddings: false, gallery: null };

/** A master, and clients of it. */
class Master implements AsyncDisposable {
  readonly client: HttpClusterClient;
  readonly #programs: HttpProgramClient;

  private constructor(readonly process: DmlProcess, readonly port: number, http: MasterHttp) {
    this.client = new HttpClusterClient(http);
    this.#programs = new HttpProgramClient(http);
  }

  static async start(bench: Bench, program: keyof typeof BUILDS, flags: readonly string[]): Promise<Master> {
    const home = await Deno.makeTempDir({ dir: bench.directory, prefix: "master-" });
    const line = ["serve", "--port", "0", "--control-port", "0", ...flags];
    const process = DmlProcess.start(line, { home, program: commandOf(bench, program) });
    const port = Number((await process.logged("ready")).port);
    const address = { hostname: "127.0.0.1", port };
    const http = new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM });
    return new Master(process, port, http);
  }

  /** Returns the state of the program of each node, by the name of the node. */
  async programs(): Promise<Map<string, NodeProgram>> {
    return new Map((await this.#programs.list()).nodes.map((node) => [node.name, node]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.process.stop();
  }
}

function joined(
  bench: Bench,
  { master, name, home = name, flags = [], program = "old" }: {
    master: Master;
    name: string;
    home?: string;
    flags?: readonly string[];
    program?: keyof typeof BUILDS;
  },
): DmlProcess {
  const line = ["join", `127.0.0.1:${master.port}`, "--name", name, "--workers", "1", ...flags];
  return DmlProcess.start(line, { home: join(bench.directory, home), program: commandOf(bench, program) });
}

function commandOf({ directory, paths }: Bench, program: keyof typeof BUILDS): string[] {
  return ["env", `DML_CACHE=${join(directory, "cache")}`, paths[program]];
}

async function build(directory: string): Promise<Bench> {
  const target = targetOf(Deno.build);
  assert(target?.os === "linux", "the executable is one for Linux");
  const program = await buildProgram(ROOT);
  const paths: Partial<Record<keyof typeof BUILDS, string>> = {};
  for (const name of Object.keys(BUILDS) as (keyof typeof BUILDS)[]) {
    const { version, change } = BUILDS[name];
    const changed = program.map((file) => isCode(file.path, name) ? withText(file, change) : file);
    const path = paths[name] = join(directory, `dml-${name}`);
    await Deno.writeFile(path, await portable(ROOT, changed, target, { version, level: 1 }), { mode: 0o755 });
  }
  return { directory, paths: paths as Bench["paths"] };
}

/**
 * Returns true if the change applies to the file at `path`. Only `main.js` of the broken programs
 * is changed; the stranger is changed in all files.
 */
function isCode(path: string, name: keyof typeof BUILDS): boolean {
  return path === "main.js" || name === "stranger" && path.endsWith(".js");
}

function withText(file: Program[number], change: (text: string) => string): Program[number] {
  return { ...file, bytes: new TextEncoder().encode(change(new TextDecoder().decode(file.bytes))) };
}
