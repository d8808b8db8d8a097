import { VERSION } from "../protocol/version.ts";
import { assert, assertEquals, assertStringIncludes } from "./assert.ts";
import { MAIN, PERMISSIONS, SILENT_ENVIRONMENT } from "../tools/dml_process.ts";
import { FileTree } from "./user/file_tree.ts";

const ROOT = new URL("../", import.meta.url);

/** Runs `dml ARGUMENTS` as a process. */
async function dml(...dmlArguments: string[]): Promise<{ code: number; out: string; error: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...PERMISSIONS, MAIN, ...dmlArguments],
    env: { ...SILENT_ENVIRONMENT, NO_COLOR: "1" },
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

Deno.test("main() prints version and help, and exits with 0", async () => {
  assertEquals(await dml("version"), { code: 0, out: `dml ${VERSION} (protocol 4)\n`, error: "" });
  const help = await dml("join", "--help");
  assertEquals([help.code, help.error], [0, ""]);
  assertStringIncludes(help.out, "Usage: dml join HOST[:7400]");
});

Deno.test("main() refuses a wrong command line with exit code 2, one line, and the nearest valid word", async () => {
  const expected = 'error: There is no verb "predct". Did you mean `dml predict`?\n';
  assertEquals(await dml("predct", "photo.jpg"), { code: 2, out: "", error: expected });
});

Deno.test("main() exits with 1 for missing files, and with 3 if there is no master", async () => {
  using tree = new FileTree({ "a.jpg": "a picture" });
  const missing = await dml("predict", `${tree.path}/none.jpg`);
  assertEquals([missing.code, missing.out], [1, ""]);
  assertEquals(missing.error, `error: There is no file ${tree.path}/none.jpg. Check the path.\n`);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  const unreachable = await dml("predict", `${tree.path}/a.jpg`, "--master", address, "--out", tree.path);
  assertEquals([unreachable.code, unreachable.out], [3, ""]);
  assertEquals(
    unreachable.error,
    `error: The master at http://${address} cannot be reached: nothing listens there. ` +
      "Check the address, and that `dml serve` runs there.\n",
  );
});

Deno.test("main.ts imports no role until it is requested", () => {
  const loaded = new Set<string>();
  const visit = (path: string) => {
    if (loaded.has(path)) return;
    loaded.add(path);
    if (!path.endsWith(".ts")) return;
    const text = Deno.readTextFileSync(new URL(path, ROOT));
    for (const [, specifier] of text.matchAll(/^(?:import(?! type)|export)\s[^;]*?from "([^"]+)";$/gm)) {
      const isRelative = specifier.startsWith(".");
      visit(isRelative ? new URL(specifier, new URL(path, "file:///")).pathname.slice(1) : specifier);
    }
  };
  visit("main.ts");
  assert(loaded.has("user/cli/parse_command.ts"), "the walk follows imports");
  assertEquals([...loaded].filter((path) => /^(master|node|models)\//.test(path)), []);
  assertEquals([...loaded].filter((path) => !path.endsWith(".ts")).toSorted(), [
    "@std/cli/parse-args",
    "node:path",
    "node:url",
  ]);
});
