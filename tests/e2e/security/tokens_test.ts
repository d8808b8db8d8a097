/** Tests of tokens, contexts and the audit with a master that other hosts can reach, all in processes of their own. */
import { join } from "node:path";
import { DmlProcess, MAIN, PERMISSIONS, SILENT_ENVIRONMENT } from "../../../tools/dml_process.ts";
import { pinnedTokens } from "../../../tools/pinned_tokens.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

/** Result of a command. */
interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** A master that demands tokens, and two accounts: its own, and one of somebody on another host. */
class Scene implements AsyncDisposable {
  private constructor(
    readonly master: DmlProcess,
    readonly directory: Awaited<ReturnType<typeof temporaryDirectory>>,
    readonly port: number,
  ) {}

  static async start(): Promise<Scene> {
    const directory = await temporaryDirectory();
    const line = ["serve", "--host", "0.0.0.0", "--port", "0", "--control-port", "0"];
    const master = DmlProcess.start(line, { home: join(directory.path, "home") });
    return new Scene(master, directory, Number((await master.logged("ready")).port));
  }

  get home(): string {
    return join(this.directory.path, "home");
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Runs `dml WORDS` under the account of the master. */
  own(words: string): Promise<Outcome> {
    return dml(words, { DML_HOME: this.home });
  }

  /** Runs `dml WORDS` under another account, with contexts of its own. */
  elsewhere(words: string): Promise<Outcome> {
    const { path } = this.directory;
    return dml(words, { DML_HOME: join(path, "nothing"), DML_CONFIG: join(path, "config"), DML_CONTEXT: "" });
  }

  /** Keeps a token in a file and returns its path. */
  async keep(token: string): Promise<string> {
    const path = await Deno.makeTempFile({ dir: this.directory.path });
    await Deno.writeTextFile(path, `${token}\n`);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.master[Symbol.asyncDispose]();
    await this.directory[Symbol.asyncDispose]();
  }
}

async function dml(words: string, environment: Readonly<Record<string, string>>): Promise<Outcome> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...PERMISSIONS, MAIN, ...words.split(" ")],
    env: { ...SILENT_ENVIRONMENT, NO_COLOR: "1", ...environment },
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

/** Returns the token in a line to paste. */
function tokenIn(line: string): string {
  return /--token (\S+)/.exec(line)?.[1] ?? "";
}

Deno.test("dml token works without a token on the master's host, dml login makes it work elsewhere", async () => {
  await using scene = await Scene.start();
  const shown = await scene.own("token show node");
  const tokens = await pinnedTokens(scene.home);
  assertEquals([shown.code, tokenIn(shown.out)], [0, tokens.node]);
  assertMatch(shown.out, new RegExp(`^dml join \\S+:${scene.port} --token `));

  const stranger = await scene.elsewhere(`token list --master ${scene.address}`);
  assertEquals([stranger.code, stranger.out], [3, ""]);
  assertStringIncludes(stranger.error, "sudo dml token");

  const created = await scene.own("token create --role admin --name deputy --ttl 1h");
  const login = await scene.elsewhere(
    `login ${scene.address} --token-file ${await scene.keep(tokenIn(created.out))} --name home`,
  );
  assertEquals([login.code, login.error], [0, ""]);
  assertStringIncludes(login.out, "as deputy (role admin)");
  assertEquals((await scene.elsewhere("nodes")).out, "No node has joined yet; `dml join` starts one.\n");

  assertEquals((await scene.elsewhere("token revoke deputy")).code, 0, "its own token");
  const refused = await scene.elsewhere("nodes");
  assertEquals(refused.code, 3);
  assertStringIncludes(refused.error, "The token deputy was revoked on ");
  assertStringIncludes(refused.error, "those of the context home");

  const audit = await scene.own("audit --json");
  const entries = audit.out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(entries.map(({ actor, action, subject }) => [actor, action, subject]), [
    ["admin", "token.show", "node"],
    ["admin", "token.create", "deputy"],
    ["deputy", "token.revoke", "deputy"],
  ]);
});

Deno.test("a token of the role people opens its gallery only, from login to prediction", async () => {
  await using scene = await Scene.start();
  const { out } = await scene.own("token create --role people --gallery home --name frigate");
  assertEquals(
    (await scene.elsewhere(`login ${scene.address} --token-file ${await scene.keep(tokenIn(out))}`)).code,
    0,
  );
  const own = await scene.elsewhere("people list --json");
  assertEquals(own.code, 1);
  assertStringIncludes(own.error, "no gallery home", "it is asked for its own gallery, which nobody has made yet");
  for (const words of ["people list --gallery default", "nodes", "token list", "audit", "upgrade status"]) {
    const { code, error } = await scene.elsewhere(words);
    assertEquals(code, 3, words);
    assertMatch(error, /token frigate is for the gallery home|needs a token of the role admin, not of people/);
  }
  assertEquals((await scene.elsewhere("models list")).code, 0);
});

Deno.test("a node joins with a token in a file, and one with a revoked token is told so", async () => {
  await using scene = await Scene.start();
  const good = await scene.keep(tokenIn((await scene.own("token create --role node --name attic --ttl 1h")).out));
  const line = (file: string) => ["join", scene.address, "--token-file", file, "--workers", "1", "--name", "attic"];
  await using node = DmlProcess.start(line(good), { home: join(scene.directory.path, "node") });
  const listed = async () =>
    (await scene.own("audit --json")).out.split("\n").filter((text) => text.includes("node.join"));
  await node.logged("A model is ready.");
  assertEquals((await listed()).map((text) => JSON.parse(text).actor), ["attic"]);

  const revoked = await scene.keep(tokenIn((await scene.own("token create --role node --name cellar")).out));
  await scene.own("token revoke cellar");
  await using other = DmlProcess.start(line(revoked), { home: join(scene.directory.path, "other") });
  assertEquals(await other.ended(), 3);
  assert(other.lines.some((text) => text.includes("The token cellar was revoked on ")), other.lines.join("\n"));
});
