import { join } from "node:path";
import { DamagedFiles } from "../../../protocol/blob/damaged_files.ts";
import { DiskBlobStore } from "../../../protocol/blob/disk_blob_store.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { assertEquals } from "../../assert.ts";
import { assertCode } from "../../contract/blob_store_contract.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

Deno.test("a store that keeps damaged blobs moves them aside, and takes the right bytes again", async () => {
  await using directory = await temporaryDirectory();
  const store = await DiskBlobStore.open(directory.path, { keepsDamaged: true });
  const bytes = new TextEncoder().encode("a blob");
  const digest = digestOf(bytes);
  const hex = digest.slice("sha256:".length);
  await store.put(digest, bytes);
  const damaged = bytes.slice();
  damaged[3] ^= 1;
  await Deno.writeFile(join(directory.path, "sha256", hex.slice(0, 2), hex), damaged);
  await assertCode(store.read(digest), "blob_corrupt");
  assertEquals(await store.stat(digest), null);
  assertEquals(await Deno.readFile(join(directory.path, "damaged", hex)), damaged);
  await store.put(digest, bytes);
  assertEquals(await store.read(digest), bytes);
  const listed = await Array.fromAsync(store.list());
  assertEquals(listed, [{ digest, size: bytes.length }]);
});

Deno.test("the newest damaged files are kept, and no more than the limit", async () => {
  await using directory = await temporaryDirectory();
  const kept = join(directory.path, "damaged");
  const files = new DamagedFiles(kept, { clock: SYSTEM_CLOCK });
  const take = async (name: string, foundMs: number) => {
    const path = join(directory.path, name);
    await Deno.writeTextFile(path, name);
    await files.take(path);
    await Deno.utime(join(kept, name), foundMs / 1_000, foundMs / 1_000);
  };
  for (let index = 0; index < LIMITS.damagedFilesMax + 2; index++) {
    await take(`file${index}`, 1_000_000 + index * 1_000);
  }
  const names = [...Deno.readDirSync(kept)].map(({ name }) => name);
  assertEquals(names.length, LIMITS.damagedFilesMax);
  assertEquals(["file0", "file1", "file2"].map((name) => names.includes(name)), [false, false, true]);
});

Deno.test("a damaged file that is larger than all that is kept is deleted", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "large");
  using file = await Deno.create(path);
  await file.truncate(LIMITS.damagedBytesMax + 1);
  await new DamagedFiles(join(directory.path, "damaged"), { clock: SYSTEM_CLOCK }).take(path);
  assertEquals([...Deno.readDirSync(directory.path)], []);
});
