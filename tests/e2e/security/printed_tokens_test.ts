/** Tests of what a master prints about its tokens when its standard output is a file. */
import { join } from "node:path";
import { clusterTokensSchema } from "../../../protocol/security/tokens.ts";
import { DmlProcess, scopedSources } from "../../../tools/dml_process.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const ignore = Deno.build.os === "windows"; // no sh

/** Runs a master that other hosts can reach, and returns what it printed and its tokens. */
async function served(flags: readonly string[]) {
  await using directory = await temporaryDirectory();
  const [home, printed] = [join(directory.path, "home"), join(directory.path, "printed")];
  const line = ["serve", "--host", "0.0.0.0", "--port", "0", "--control-port", "0", ...flags];
  const program = ["sh", "-c", `exec "$@" > "${printed}"`, "sh", ...scopedSources(line, { home })];
  await using master = DmlProcess.start(line, { home, program });
  await master.logged("ready");
  assertEquals(await master.stop(), 0);
  const tokensPath = join(home, "master", "tokens.json");
  const { user, node, admin } = clusterTokensSchema.parse(JSON.parse(await Deno.readTextFile(tokensPath)));
  const text = await Deno.readTextFile(printed) + master.lines.join("\n");
  return { text, tokensPath, found: [user, node, admin].filter((token) => text.includes(token)).length };
}

Deno.test("dml serve prints no token into a file, but where the tokens are", { ignore }, async () => {
  const { text, tokensPath, found } = await served([]);
  assertEquals(found, 0);
  assertStringIncludes(text, tokensPath);
});

Deno.test("dml serve --print-tokens prints the tokens into a file, too", { ignore }, async () => {
  assertEquals((await served(["--print-tokens"])).found, 3);
});
