import { join } from "node:path";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { parseCommand } from "../../../user/cli/parse_command.ts";
import { permissionsOf } from "../../../user/process/permissions.ts";
import { withToken } from "../../../user/process/token_file.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { FileTree } from "../file_tree.ts";

const streamOf = (...parts: string[]) => ReadableStream.from(parts.map((part) => new TextEncoder().encode(part)));

async function tokenOf(line: string, { directory = "/", input = [] as string[] } = {}) {
  const { command } = parseCommand(line.split(" "), {});
  const ready = await withToken(command, { currentDirectory: directory, stdin: streamOf(...input) });
  const holder = ready.verb === "service" ? ready.roleCommand : ready;
  return holder !== null && "token" in holder ? holder.token : undefined;
}

Deno.test("withToken() reads the first line of the file or of standard input, for every kind of command", async () => {
  using tree = new FileTree({ "token.txt": "  dmla_0 \nand a remark\n" });
  const directory = tree.path;
  for (
    const verb of ["nodes", "join attic", "people list", "models list", "token list", "login attic", "predict a.jpg"]
  ) {
    assertEquals(await tokenOf(`${verb} --token-file token.txt`, { directory }), "dmla_0", verb);
  }
  assertEquals(await tokenOf("service install join attic --token-file token.txt", { directory }), "dmla_0");
  assertEquals(await tokenOf(`nodes --token-file ${join(directory, "token.txt")}`), "dmla_0");
  assertEquals(await tokenOf("nodes --token -", { input: ["dml", "a_1\nrest"] }), "dmla_1");
  assertEquals(await tokenOf("nodes --token-file -", { input: ["dmla_2"] }), "dmla_2");
  assertEquals(await tokenOf("nodes --token dmla_3"), "dmla_3");
});

Deno.test("withToken() says what is wrong with the file", async () => {
  using tree = new FileTree({ "empty": "\n", "picture.jpg": "not a token\n", "directory/x": "" });
  const failed = async (name: string) => {
    const { code, message } = await assertRejects(
      () => tokenOf(`nodes --token-file ${name}`, { directory: tree.path }),
      DmlError,
    );
    return [code, message];
  };
  assertEquals(await failed("absent"), ["file_not_found", "There is no file absent."]);
  assertEquals(await failed("empty"), ["usage", "The first line of empty is empty."]);
  assertEquals(await failed("picture.jpg"), [
    "usage",
    "The first line of picture.jpg holds something else than a token.",
  ]);
  assertEquals((await failed("directory"))[0], "file_unreadable");
});

Deno.test("permissionsOf() lets a command read the file of its token, and login and context the contexts", () => {
  const facts = {
    home: null,
    currentDirectory: "/here",
    programPaths: [],
    executable: null,
    serviceDirectory: null,
    access: { contextsPath: "/config/dml/contexts.json", parsed: ["/config/dml/contexts.json"] },
  };
  const { command } = parseCommand(["nodes", "--token-file", "token.txt"], {});
  assertEquals(permissionsOf(command, facts).read, ["/here/token.txt"], "the contexts have been read by then");
  const rows = ["login attic", "context list", "context use home"].map((line) => {
    const { net, read, write } = permissionsOf(parseCommand(line.split(" "), {}).command, facts);
    return [net, read, write];
  });
  const directory = ["/config/dml"];
  assertEquals(rows, [[["attic:7400"], directory, directory], [[], directory, []], [[], directory, directory]]);
});
