import { join } from "node:path";
import { openFiles } from "../../../node/files/open_files.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { FileTree } from "../../user/file_tree.ts";

Deno.test("openFiles() opens a directory beside the data directory, and none that would open the key of the node", async () => {
  using tree = new FileTree({ "home/identity.json": "", "shared/a": "", "home-shared/a": "" });
  Deno.symlinkSync(join(tree.path, "home"), join(tree.path, "link"));
  const open = (files: string | null) =>
    openFiles({ files, currentDirectory: tree.path, home: join(tree.path, "home"), clock: SYSTEM_CLOCK });
  assertEquals(await open(null), null);
  for (const name of ["shared", "home-shared"]) assert(await open(name) !== null, name);
  for (const name of ["home", ".", "link", "home/../home", "/"]) {
    await assertRejects(() => open(name), Error, "lie in each other");
  }
  await assertRejects(() => open("nothing"), Error, "There is no");
});
