import { join } from "node:path";
import { claimNodeDirectory, openHome } from "../../../protocol/host/home.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const HOLDER = { pid: 1, verb: "join", startedMs: 0 };

Deno.test("openHome() makes a directory for its owner only and can open it again", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "a", "b");
  const home = await openHome(path);
  assertEquals(home.masterPath, join(path, "master"));
  if (Deno.build.os !== "windows") assertEquals((await Deno.stat(path)).mode! & 0o777, 0o700);
  assertEquals(await Deno.readTextFile(join(path, "format")), "3\n");
  assertEquals(await openHome(path), home);
});

Deno.test({
  name: "openHome() closes a directory that was open to others, but not one that holds other things",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using directory = await temporaryDirectory();
    const modeOf = async (path: string) => (await Deno.stat(path)).mode! & 0o777;
    const [own, shared] = ["own", "shared"].map((name) => join(directory.path, name));
    for (const path of [own, shared]) await Deno.mkdir(path);
    for (const path of [own, shared]) await Deno.chmod(path, 0o755);
    await Deno.writeTextFile(join(shared, "letter"), "");
    await openHome(own);
    await openHome(shared);
    assertEquals([await modeOf(own), await modeOf(shared)], [0o700, 0o755]);
    await Deno.chmod(own, 0o750);
    await openHome(own);
    assertEquals(await modeOf(own), 0o700);
  },
});

Deno.test("openHome() throws home_unusable for an older format, names it, and says what to do", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "format");
  await Deno.writeTextFile(path, "1\n");
  const error = await assertRejects(() => openHome(directory.path), DmlError);
  assertEquals([error.code, error.message], [
    "home_unusable",
    `${directory.path} has format 1; this dml reads and writes format 3 and cannot convert it.`,
  ]);
  assertEquals(error.advice, "Move the directory away, or name another one with DML_HOME.");
  assertEquals(await Deno.readTextFile(path), "1\n", "it is left as it is");
});

Deno.test("openHome() marks a directory of the format before, so that an older dml refuses it from then on", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "format");
  await Deno.writeTextFile(path, "2\n");
  await openHome(directory.path);
  assertEquals(await Deno.readTextFile(path), "3\n");
});

Deno.test("openHome() throws home_unusable for what a newer dml wrote, and says what to do", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeTextFile(join(directory.path, "format"), "4\n");
  const error = await assertRejects(() => openHome(directory.path), DmlError, "newer");
  assertEquals(error.code, "home_unusable");
  assertStringIncludes(error.advice, "later one");
});

Deno.test("openHome() throws home_unusable for a format it cannot read, and for a file in the way", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "format");
  for (const text of ["", "one", "0", "-1", "1.5"]) {
    await Deno.writeTextFile(path, text);
    const error = await assertRejects(() => openHome(directory.path), DmlError, "format");
    assertEquals(error.code, "home_unusable");
  }
  assertEquals((await assertRejects(() => openHome(path), DmlError)).code, "home_unusable");
});

Deno.test("openHome() says in a sentence of its own why a directory cannot be made", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "file");
  await Deno.writeTextFile(file, "");
  const table = [[file, "is a file, not a directory"], [join(file, "in"), "lies in a file, not in a directory"]];
  for (const [path, sentence] of table) {
    const { code, message } = await assertRejects(() => openHome(path), DmlError);
    assertEquals([code, message.startsWith(path)], ["home_unusable", true]);
    assertStringIncludes(message, sentence);
  }
});

Deno.test("claimNodeDirectory() gives each node of a host its own, and the first free one again", async () => {
  await using directory = await temporaryDirectory();
  const home = await openHome(directory.path);
  const claim = () => claimNodeDirectory(home, { holder: HOLDER });
  const [first, second, third] = [await claim(), await claim(), await claim()];
  assertEquals([first.number, second.number, third.number], [1, 2, 3]);
  assertEquals(second.path, join(home.nodesPath, "2"));
  second.lock.close();
  const again = await claim();
  assertEquals(again.path, second.path);
  for (const { lock } of [first, third, again]) lock.close();
});

Deno.test("claimNodeDirectory() at the same time never gives one directory twice", async () => {
  await using directory = await temporaryDirectory();
  const home = await openHome(directory.path);
  const claims = await Promise.all(
    Array.from({ length: 8 }, () => claimNodeDirectory(home, { holder: HOLDER })),
  );
  assertEquals(claims.map(({ number }) => number).sort(), [1, 2, 3, 4, 5, 6, 7, 8]);
  for (const { lock } of claims) lock.close();
});
