import { assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { loadIdentity } from "../../../node/host/identity.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { isProof, newChallenge, nodeIdOf } from "../../../protocol/security/node_key.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const OPTIONS = { defaultName: "host" };

Deno.test("loadIdentity() creates a key and a name once and keeps them, for their owner only", async () => {
  await using directory = await temporaryDirectory();
  const first = await loadIdentity(directory.path, OPTIONS);
  assertEquals([first.name, first.nodeId], ["host", nodeIdOf(first.key.publicKey)]);
  const { mode } = await Deno.stat(first.path);
  if (Deno.build.os !== "windows") assertEquals((mode ?? 0) & 0o777, 0o600);
  const second = await loadIdentity(directory.path, { defaultName: "other" });
  assertEquals([second.name, second.nodeId], ["host", first.nodeId]);
  const request = { challenge: newChallenge(), pin: "" };
  const { publicKey } = first.key;
  assertEquals(await isProof(await second.key.prove(request), { publicKey, ...request }), true);
});

Deno.test("loadIdentity() renames the node permanently when a name is given", async () => {
  await using directory = await temporaryDirectory();
  const first = await loadIdentity(directory.path, OPTIONS);
  const renamed = await loadIdentity(directory.path, { ...OPTIONS, name: "kitchen" });
  assertEquals([renamed.name, renamed.nodeId], ["kitchen", first.nodeId]);
  assertEquals((await loadIdentity(directory.path, OPTIONS)).name, "kitchen");
});

Deno.test("loadIdentity() creates a different identity in each directory", async () => {
  await using one = await temporaryDirectory();
  await using other = await temporaryDirectory();
  const first = await loadIdentity(one.path, OPTIONS);
  const second = await loadIdentity(other.path, OPTIONS);
  assertNotEquals(first.nodeId, second.nodeId);
});

Deno.test("loadIdentity() gives an identity of an older dml a key, and keeps its name", async () => {
  await using directory = await temporaryDirectory();
  const older = { nodeId: `node_${"0".repeat(20)}`, name: "attic" };
  await Deno.writeTextFile(`${directory.path}/identity.json`, JSON.stringify(older));
  const first = await loadIdentity(directory.path, OPTIONS);
  assertEquals(first.name, "attic");
  assertEquals((await loadIdentity(directory.path, OPTIONS)).nodeId, first.nodeId);
});

Deno.test("loadIdentity() refuses a file that is invalid, damaged or of a newer dml, with a way out", async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/identity.json`;
  await using other = await temporaryDirectory();
  await loadIdentity(directory.path, OPTIONS);
  const kept = JSON.parse(await Deno.readTextFile(path));
  const foreign = JSON.parse(await Deno.readTextFile((await loadIdentity(other.path, OPTIONS)).path));
  const cases: [unknown, string, string][] = [
    [{ nodeId: "me" }, "name", "DML_HOME"],
    [{ ...kept, publicKey: "short" }, "publicKey", "DML_HOME"],
    [{ ...kept, privateKey: foreign.privateKey }, "damaged", "Remove the file"],
    [{ ...kept, format: 3, novelty: true }, "was written by a newer dml (format 3)", "Use that version of dml"],
  ];
  for (const [content, sentence, advice] of cases) {
    await Deno.writeTextFile(path, JSON.stringify(content));
    const error = await assertRejects(() => loadIdentity(directory.path, OPTIONS), DmlError) as DmlError;
    assertEquals(error.code, "home_unusable");
    assertStringIncludes(error.message, sentence);
    assertStringIncludes(error.advice, advice);
    assertEquals(JSON.parse(await Deno.readTextFile(path)), content, "nothing is lost");
  }
});
