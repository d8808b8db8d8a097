import { LocalFiles } from "../../../protocol/files/local_files.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { copiedTree, type Destination, parentsOf } from "../../../user/files/copied_tree.ts";
import { entriesNamed } from "../../../user/files/node_glob.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { FileTree } from "../file_tree.ts";

async function pathsOf(tree: FileTree, names: readonly string[], destination: Destination): Promise<string[]> {
  const source = await LocalFiles.open(tree.path, { clock: SYSTEM_CLOCK });
  const named = (await Promise.all(names.map((name) => entriesNamed(source, name)))).flat();
  const { files, directories, leftOut } = await copiedTree(source, named, destination);
  return [...directories, ...files].map(({ to }) => to).concat(leftOut.map((path) => `left out: ${path}`));
}

const AT_PATH = { path: "x", takesFiles: false, takesDirectories: false };
const INTO = { path: "x", takesFiles: true, takesDirectories: true };

Deno.test("copiedTree() names files and directories as the destination says", async () => {
  using tree = new FileTree({ "a": "", "d/b": "", "d/e/c": "" });
  Deno.symlinkSync("b", `${tree.path}/d/link`);
  assertEquals(await pathsOf(tree, ["a"], AT_PATH), ["x"]);
  assertEquals(await pathsOf(tree, ["a"], INTO), ["x/a"]);
  assertEquals(await pathsOf(tree, ["d"], AT_PATH), ["x", "x/e", "x/b", "x/e/c", "left out: d/link"]);
  assertEquals(await pathsOf(tree, ["d"], INTO), ["x/d", "x/d/e", "x/d/b", "x/d/e/c", "left out: d/link"]);
  assertEquals(await pathsOf(tree, ["d/e"], { ...INTO, path: "" }), ["e", "e/c"]);
  await assertRejects(() => pathsOf(tree, ["a", "d/b"], AT_PATH), Error, "would both become x");
  await assertRejects(() => pathsOf(tree, ["d/link"], INTO), Error, "is a link");
});

Deno.test("entriesNamed() expands globs, without what is hidden", async () => {
  using tree = new FileTree({ "a.txt": "", "b.txt": "", ".c.txt": "", "d/e.txt": "", "d/.f/g.txt": "", "[x].txt": "" });
  const source = await LocalFiles.open(tree.path, { clock: SYSTEM_CLOCK });
  const names = async (pattern: string) => (await entriesNamed(source, pattern)).map(({ path }) => path);
  assertEquals(await names("*.txt"), ["[x].txt", "a.txt", "b.txt"]);
  assertEquals(await names(".*.txt"), [".c.txt"]);
  assertEquals(await names("**/*.txt"), ["[x].txt", "a.txt", "b.txt", "d/e.txt"]);
  assertEquals(await names("d/*"), ["d/e.txt"]);
  assertEquals(await names("[x].txt"), ["[x].txt"]);
  await assertRejects(() => names("*.jpg"), Error, "Nothing matches");
  await assertRejects(() => names("nothing/*.jpg"), Error, "Nothing matches");
  await assertRejects(() => names("nothing"), Error, "There is no nothing");
});

Deno.test("parentsOf() returns each directory once, before those in it", () => {
  const entry = { path: "", kind: "file", size: 0, mode: 0, modifiedMs: 0 } as const;
  assertEquals(parentsOf(["a/b/c", "a/d", "e"].map((to) => ({ entry, to }))), ["a", "a/b"]);
});
