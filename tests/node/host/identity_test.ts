import { assertEquals, assertNotEquals, assertRejects } from "../../assert.ts";
import { loadIdentity } from "../../../node/host/identity.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { idSchema } from "../../../protocol/schema.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

Deno.test("loadIdentity() creates an identity once and keeps it", async () => {
  await using directory = await temporaryDirectory();
  const options = { defaultName: "host" };
  const first = await loadIdentity(directory.path, { ...options, random: seededRandom(1) });
  assertEquals(first, { nodeId: idSchema.parse(first.nodeId), name: "host" });
  const second = await loadIdentity(directory.path, { defaultName: "other", random: seededRandom(2) });
  assertEquals(second, first);
});

Deno.test("loadIdentity() renames the node permanently when a name is given", async () => {
  await using directory = await temporaryDirectory();
  const options = { defaultName: "host", random: seededRandom(1) };
  const first = await loadIdentity(directory.path, options);
  const renamed = await loadIdentity(directory.path, { ...options, name: "kitchen" });
  assertEquals(renamed, { ...first, name: "kitchen" });
  assertEquals(await loadIdentity(directory.path, options), renamed);
});

Deno.test("loadIdentity() creates a different identity in each directory", async () => {
  await using one = await temporaryDirectory();
  await using other = await temporaryDirectory();
  const random = seededRandom(1);
  const first = await loadIdentity(one.path, { defaultName: "host", random });
  const second = await loadIdentity(other.path, { defaultName: "host", random });
  assertNotEquals(first.nodeId, second.nodeId);
});

Deno.test("loadIdentity() refuses an invalid file", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeTextFile(`${directory.path}/identity.json`, '{"nodeId": "me"}');
  const options = { defaultName: "host", random: seededRandom(1) };
  const error = await assertRejects(() => loadIdentity(directory.path, options), DmlError);
  assertEquals((error as DmlError).code, "home_unusable");
});
