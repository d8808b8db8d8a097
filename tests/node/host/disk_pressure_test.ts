import { join } from "node:path";
import { diskPressure } from "../../../node/host/disk_pressure.ts";
import { assert, assertEquals } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

Deno.test("diskPressure() returns the free space of a disk, and nothing for a directory that is not there", async () => {
  await using directory = await temporaryDirectory();
  const { diskFreeBytes } = diskPressure(directory.path);
  assert(diskFreeBytes !== undefined && Number.isSafeInteger(diskFreeBytes) && diskFreeBytes > 0);
  assertEquals(diskPressure(join(directory.path, "missing")), {});
});
