import { join } from "node:path";
import { holdingOf, lockDirectory } from "../../../protocol/host/directory_lock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const HOLDER = { pid: 4711, verb: "serve", startedMs: Date.UTC(2026, 0, 2, 3, 4, 5) };

Deno.test("lockDirectory() refuses a second holder and names the first", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "master");
  using _ = await lockDirectory(path, { holder: HOLDER });
  const error = await assertRejects(() => lockDirectory(path, { holder: HOLDER }), DmlError);
  assertEquals(error.code, "home_locked");
  assertStringIncludes(error.advice, "4711");
  for (const part of ["dml serve", "process 4711", "2026-01-02T03:04:05"]) {
    assertStringIncludes(error.message, part);
  }
});

Deno.test("holdingOf() names who holds a directory, and nobody when it is free or not there", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "master");
  assertEquals(await holdingOf(path), null);
  const lock = await lockDirectory(path, { holder: HOLDER });
  assertEquals(await holdingOf(path), { holder: HOLDER });
  lock.close();
  assertEquals(await holdingOf(path), null);
  using again = await lockDirectory(path, { holder: HOLDER });
  assertEquals(again.path, path, "to look takes nothing");
});

Deno.test("lockDirectory() takes the directory again when the lock was closed, also twice", async () => {
  await using directory = await temporaryDirectory();
  const first = await lockDirectory(directory.path, { holder: HOLDER });
  first.close();
  first.close();
  using second = await lockDirectory(directory.path, { holder: { ...HOLDER, pid: 1 } });
  const error = await assertRejects(() => lockDirectory(second.path, { holder: HOLDER }), DmlError);
  assertStringIncludes(error.message, "process 1,");
});

Deno.test("lockDirectory() refuses also when the holder's name cannot be read", async () => {
  await using directory = await temporaryDirectory();
  using _ = await lockDirectory(directory.path, { holder: HOLDER });
  await Deno.writeTextFile(join(directory.path, "lock"), "nonsense");
  const error = await assertRejects(() => lockDirectory(directory.path, { holder: HOLDER }), DmlError);
  assertEquals(error.code, "home_locked");
  assertStringIncludes(error.message, "another dml");
});

Deno.test("lockDirectory() throws home_unusable where a file is in the way", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "file");
  await Deno.writeTextFile(path, "");
  const error = await assertRejects(() => lockDirectory(path, { holder: HOLDER }), DmlError);
  assertEquals(error.code, "home_unusable");
});

Deno.test("lockDirectory() finds the directory free when its holder was killed", async () => {
  await using directory = await temporaryDirectory();
  const module = new URL("../../../protocol/host/directory_lock.ts", import.meta.url);
  const code = `
    import { lockDirectory } from ${JSON.stringify(module.href)};
    await lockDirectory(${JSON.stringify(directory.path)}, { holder: ${JSON.stringify(HOLDER)} });
    console.log("locked");
    await new Promise(() => setInterval(() => {}, 1_000));`;
  const holder = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", code],
    cwd: new URL("../../..", import.meta.url),
    stdout: "piped",
  }).spawn();
  const output = holder.stdout.getReader();
  assertEquals(new TextDecoder().decode((await output.read()).value), "locked\n");
  const error = await assertRejects(() => lockDirectory(directory.path, { holder: HOLDER }), DmlError);
  assertEquals(error.code, "home_locked");
  holder.kill("SIGKILL");
  await holder.status;
  await output.cancel();
  (await lockDirectory(directory.path, { holder: HOLDER })).close();
});
