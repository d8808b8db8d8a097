import { join } from "node:path";
import { readJsonFile, writeJsonFile } from "../../../protocol/host/json_file.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { z } from "../../../protocol/schema.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const schema = z.strictObject({ name: z.string(), count: z.number().int() });

Deno.test("writeJsonFile() writes what readJsonFile() reads, for its owner only, with nothing beside it", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "a.json");
  assertEquals(await readJsonFile(path, schema), null);
  await writeJsonFile(path, { name: "ä", count: 1 });
  await writeJsonFile(path, { name: "ö", count: 2 });
  assertEquals(await readJsonFile(path, schema), { name: "ö", count: 2 });
  if (Deno.build.os !== "windows") assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertEquals((await Array.fromAsync(Deno.readDir(directory.path))).length, 1);
});

Deno.test("readJsonFile() throws home_unusable, naming the file and the field", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "a.json");
  const faults = { "": "JSON", "{": "JSON", '{"name": 1, "count": 2}': "name", "[]": "a.json" };
  for (const [text, fault] of Object.entries(faults)) {
    await Deno.writeTextFile(path, text);
    const error = await assertRejects(() => readJsonFile(path, schema), DmlError, fault);
    assertEquals(error.code, "home_unusable");
  }
  const error = await assertRejects(() => readJsonFile(directory.path, schema), DmlError);
  assertEquals(error.code, "home_unusable");
});

Deno.test("writeJsonFile() throws home_unusable where there is no directory", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "missing", "a.json");
  const error = await assertRejects(() => writeJsonFile(path, {}), DmlError);
  assertEquals(error.code, "home_unusable");
});

Deno.test("writeJsonFile() at the same time leaves one of the values, whole", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "a.json");
  const values = Array.from({ length: 10 }, (_, count) => ({ name: "x".repeat(1_000 * count), count }));
  await Promise.all(values.map((value) => writeJsonFile(path, value)));
  const read = await readJsonFile(path, schema);
  assertEquals(read, values[read?.count ?? 0]);
  assertEquals((await Array.fromAsync(Deno.readDir(directory.path))).length, 1);
});
