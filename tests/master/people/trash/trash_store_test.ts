import { join } from "node:path";
import { DirectoryTrash } from "../../../../master/people/trash/directory_trash.ts";
import { MemoryTrash } from "../../../../master/people/trash/memory_trash.ts";
import { SILENT_LOG } from "../../../../protocol/kernel/log.ts";
import { assertEquals } from "../../../assert.ts";
import { testTrashStore, trashEntry } from "../../../contract/trash_contract.ts";
import { temporaryDirectory } from "../../../temporary_directory.ts";

const directories = new DisposableStack();
globalThis.addEventListener("unload", () => directories.dispose());

testTrashStore("MemoryTrash", () => Promise.resolve(new MemoryTrash()));
testTrashStore("DirectoryTrash", async () => {
  const path = await Deno.makeTempDir({ prefix: "dml_test_" });
  directories.defer(() => Deno.removeSync(path, { recursive: true }));
  return await DirectoryTrash.open(join(path, "trash"), { log: SILENT_LOG });
});

Deno.test("DirectoryTrash keeps entries across a restart, for its owner only, and drops what a crash left", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "trash");
  const trash = await DirectoryTrash.open(path, { log: SILENT_LOG });
  const whole = trashEntry(1);
  await trash.put(whole.entryId, ReadableStream.from(["Ada\n"]), () => whole);
  const half = join(path, trashEntry(2).entryId);
  await Deno.mkdir(half);
  await Deno.writeTextFile(join(half, "0.people"), "Bob\n");
  const again = await DirectoryTrash.open(path, { log: SILENT_LOG });
  assertEquals(await again.list(), [whole]);
  assertEquals([...Deno.readDirSync(path)].map(({ name }) => name), [whole.entryId]);
  if (Deno.build.os === "windows") return;
  const modes = [path, join(path, whole.entryId)].map((name) => Deno.statSync(name).mode! & 0o077);
  assertEquals([...modes, Deno.statSync(join(path, whole.entryId, "0.people")).mode! & 0o077], [0, 0, 0]);
});

Deno.test("DirectoryTrash passes over an entry that is damaged, and still deletes it", async () => {
  await using directory = await temporaryDirectory();
  const trash = await DirectoryTrash.open(directory.path, { log: SILENT_LOG });
  const [one, two] = [trashEntry(1), trashEntry(2)];
  for (const entry of [one, two]) await trash.put(entry.entryId, ReadableStream.from(["x"]), () => entry);
  await Deno.writeTextFile(join(directory.path, one.entryId, "entry.json"), "{");
  assertEquals(await trash.list(), [two]);
  await trash.delete(one.entryId);
  assertEquals([...Deno.readDirSync(directory.path)].map(({ name }) => name), [two.entryId]);
});
