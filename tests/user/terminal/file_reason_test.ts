import { fileReason } from "../../../user/terminal/file_reason.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { FileTree } from "../file_tree.ts";

Deno.test("fileReason() returns the reason of the system, without Deno's flags", async () => {
  using tree = new FileTree({});
  const missing = await assertRejects(() => Deno.open(`${tree.path}/none`), Deno.errors.NotFound);
  assertEquals(fileReason(missing), "No such file or directory");
  const text = 'Requires all access to "/proc/x", run again with the --allow-all flag';
  assertEquals(fileReason(new Deno.errors.NotCapable(text)), "dml has no permission to access it");
  assertEquals(fileReason("odd"), "odd");
});
