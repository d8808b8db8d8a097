import { dirname, join } from "node:path";
import { UpgradeDirectory } from "../../../protocol/host/upgrade_directory.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { programBytes, programOf } from "../program/programs.ts";

const [TWO, THREE] = ["0.2.0", "0.3.0"].map((version) => programOf(version));

async function put(path: string, version: string): Promise<string> {
  const file = join(path, UpgradeDirectory.programPath(programOf(version).digest));
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.writeFile(file, programBytes(version));
  return file;
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("UpgradeDirectory() keeps what came up, and removes what that replaces", async () => {
  await using place = await temporaryDirectory();
  const directory = new UpgradeDirectory(place.path);
  assertEquals(await directory.read(), { pending: null, good: null, failed: [] });
  const files = [await put(place.path, "0.2.0"), await put(place.path, "0.3.0")];
  for (const program of [TWO, THREE]) {
    await directory.setPending(program);
    await directory.setGood(program.digest);
    assertEquals(await directory.read(), { pending: null, good: program, failed: [] });
  }
  assertEquals(await Promise.all(files.map(isThere)), [false, true]);
  await directory.setGood(TWO.digest);
  assertEquals((await directory.read()).good, THREE, "what nobody tries is not kept");
});

Deno.test("UpgradeDirectory() gives up what did not come up, and its bytes; what was cut off may be tried again", async () => {
  await using place = await temporaryDirectory();
  const directory = new UpgradeDirectory(place.path);
  const [cutOff, broken] = [await put(place.path, "0.2.0"), await put(place.path, "0.3.0")];
  await directory.setPending(TWO);
  await directory.setCutOff(TWO.digest);
  assertEquals((await directory.recordFailure(TWO.digest, "it ended"))?.isFinal, false);
  await directory.setPending(THREE);
  assertEquals(await directory.recordFailure(TWO.digest, "it ended"), null, "it is not what is tried");
  assertEquals((await directory.recordFailure(THREE.digest, "it ended"))?.isFinal, true);
  const { pending, good, failed } = await directory.read();
  assertEquals([pending, good, failed.map(({ version }) => version)], [null, null, ["0.2.0", "0.3.0"]]);
  assertEquals([await isThere(cutOff), await isThere(broken)], [true, false]);
});

Deno.test("UpgradeDirectory() takes no half of a fact", async () => {
  await using place = await temporaryDirectory();
  await Deno.writeTextFile(join(place.path, "good.json"), '{"version": "0.2.0"}');
  await assertRejects(() => new UpgradeDirectory(place.path).read(), Error, "good.json");
});
