import { DmlError } from "../../../protocol/kernel/errors.ts";
import { parseFilePlace } from "../../../user/cli/files/file_place.ts";
import { parseCommand } from "../../../user/cli/parse_command.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";

function node(name: string, path: string, isDirectory = false) {
  return { kind: "node", targets: { kind: "nodes", names: [name] }, path, isDirectory };
}

function local(path: string) {
  return { kind: "local", path };
}

Deno.test("parseFilePlace() tells nodes from paths of this host", () => {
  const table = {
    "attic:photos/a.jpg": node("attic", "photos/a.jpg"),
    "attic:photos/": node("attic", "photos", true),
    "attic:": node("attic", "", true),
    "attic:.": node("attic", "", true),
    "attic:./a//b": node("attic", "a/b"),
    "attic:ab:c": node("attic", "ab:c"),
    "photos/a.jpg": local("photos/a.jpg"),
    "./a:b": local("./a:b"),
    "/a:b": local("/a:b"),
    "C:\\a": local("C:\\a"),
    "C:/a": local("C:/a"),
    "-": local("-"),
  };
  for (const [word, place] of Object.entries(table)) assertEquals<unknown>(parseFilePlace(word), place, word);
  assertEquals<unknown>(parseFilePlace("all:a"), {
    kind: "node",
    targets: { kind: "all" },
    path: "a",
    isDirectory: false,
  });
  assertEquals<unknown>(parseFilePlace("all:a", { labels: ["gpu"] }), {
    kind: "node",
    targets: { kind: "labels", labels: ["gpu"] },
    path: "a",
    isDirectory: false,
  });
});

Deno.test("cp, ls and rm are parsed with their flags", () => {
  const cp = parseCommand(["cp", "a", "b", "attic:c", "--outage", "5s", "--json", "--master", "m"], {}).command;
  assertEquals<unknown>(cp, {
    verb: "cp",
    sources: [local("a"), local("b")],
    destination: node("attic", "c"),
    master: { hostname: "m", port: 7400 },
    token: null,
    json: true,
    outageMs: 5_000,
  });
  const rm = parseCommand(["rm", "attic:a", "--recursive", "--yes"], {}).command;
  assertEquals(rm.verb === "rm" && [rm.isRecursive, rm.yes, rm.dryRun], [true, true, false]);
  const ls = parseCommand(["ls", "attic:", "--recursive"], {}).command;
  assertEquals(ls.verb === "ls" && ls.isRecursive, true);
});

Deno.test("cp, ls and rm refuse lines that make no sense, and say what would", () => {
  const table = {
    "cp a": "needs what to copy",
    "cp a b": "neither side",
    "cp all:a b": "from one node at a time",
    "cp attic:../a b": 'it has a ".."',
    "cp attic:/etc/passwd b": "it is absolute",
    "cp a attic:.dml-parts/x": "unfinished files",
    "cp a attic:b --label gpu": "--label chooses among all nodes",
    "ls": "needs a path on a node",
    "ls photos": "needs a path on a node",
    "rm attic:": "cannot be removed",
    "rm attic:a b": "needs a path on a node",
  };
  for (const [line, sentence] of Object.entries(table)) {
    const error = assertThrows(() => parseCommand(line.split(" "), {}), DmlError, undefined, line);
    assertEquals(error.code, "usage", line);
    assertStringIncludes(error.message, sentence);
  }
});
