import { join } from "node:path";
import { nightlyName, nightlyNames, nightlyTimeMs } from "../../../protocol/host/nightly_directory.ts";
import { assertEquals } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

Deno.test("nightlyTimeMs() reads the time that nightlyName() wrote, to the minute", () => {
  const wallMs = Date.UTC(2026, 11, 1, 2, 17, 42);
  assertEquals(nightlyName(wallMs), "2026-12-01T02-17Z");
  assertEquals(nightlyTimeMs("2026-12-01T02-17Z"), Date.UTC(2026, 11, 1, 2, 17));
});

Deno.test("nightlyNames() lists complete copies, oldest first, and none where there are none", async () => {
  await using directory = await temporaryDirectory();
  assertEquals(await nightlyNames(directory.path), []);
  const made = ["2026-12-02T02-00Z", "unfinished-a1", "2026-11-30T02-59Z", "notes"];
  for (const name of made) await Deno.mkdir(join(directory.path, "nightly", name), { recursive: true });
  await Deno.writeTextFile(join(directory.path, "nightly", "2026-12-03T02-00Z"), "a file");
  assertEquals(await nightlyNames(directory.path), ["2026-11-30T02-59Z", "2026-12-02T02-00Z"]);
});
