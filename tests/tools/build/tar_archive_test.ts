import { join } from "node:path";
import { type ArchivedFile, tarArchive } from "../../../tools/build/tar_archive.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const FILES: readonly ArchivedFile[] = [
  { path: "run", bytes: Uint8Array.of(1, 2, 3), isExecutable: true },
  { path: "a/b/empty", bytes: new Uint8Array(0), isExecutable: false },
  { path: "a/block", bytes: new Uint8Array(512).fill(7), isExecutable: false },
];

Deno.test("tarArchive() is unpacked by tar, with modes, and with one time for all files", async () => {
  await using directory = await temporaryDirectory();
  const child = new Deno.Command("tar", { args: ["-xf", "-", "-C", directory.path], stdin: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(tarArchive(FILES));
  await writer.close();
  assert((await child.status).success);
  for (const { path, bytes, isExecutable } of FILES) {
    assertEquals(await Deno.readFile(join(directory.path, path)), bytes, path);
    const { mode, mtime } = await Deno.stat(join(directory.path, path));
    assertEquals([(mode! & 0o100) !== 0, mtime?.toISOString()], [isExecutable, "2000-01-01T00:00:00.000Z"], path);
  }
});

Deno.test("tarArchive() refuses a path that does not fit the format", () => {
  for (const path of ["", "ü", "a b", "a".repeat(101)]) {
    assertThrows(() => tarArchive([{ path, bytes: new Uint8Array(0), isExecutable: false }]), Error, "path");
  }
});
