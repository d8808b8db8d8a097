import { assertEquals } from "../../assert.ts";
import { encodeManifest, type Manifest } from "../../../models/manifest.ts";
import { collectGarbage } from "../../../master/models/garbage_collection.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { CoreWorld, emptyManifest } from "../core_world.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function manifestOf(version: number, texts: string[]): Manifest {
  const files = texts.map((text) => ({ role: text, digest: digestOf(bytesOf(text)), size: text.length }));
  return { ...emptyManifest("layered", version), files };
}

Deno.test("collectGarbage() deletes files that only removed versions needed, and nothing else", async () => {
  const [world, durable] = [new CoreWorld(), new MemoryBlobStore()];
  for (const text of ["shared", "old", "gallery"]) await durable.put(digestOf(bytesOf(text)), bytesOf(text));
  const [old, kept] = [manifestOf(1, ["shared", "old"]), manifestOf(2, ["shared"])];
  for (const { digest, bytes } of [old, kept].map(encodeManifest)) await durable.put(digest, bytes);
  world.register(kept);
  const { digest, bytes } = encodeManifest(old);
  const removed = [{ manifest: { digest, size: bytes.length }, document: old, registeredAtMs: 0 }];
  let protectedFiles = new Set([digestOf(bytesOf("old"))]);
  const options = { state: world.state, durable, removed, registered: () => [], protectedFiles: () => protectedFiles };
  const collect = () => collectGarbage(options);
  assertEquals(await collect(), { files: 1, bytes: bytes.length }, "what is on its way stays");
  protectedFiles = new Set();
  assertEquals(await collect(), { files: 1, bytes: "old".length });
  assertEquals(await collect(), { files: 0, bytes: 0 });
  const left = [];
  for await (const blob of durable.list()) left.push(blob.digest);
  const expected = [...["shared", "gallery"].map((text) => digestOf(bytesOf(text))), encodeManifest(kept).digest];
  assertEquals(left.sort(), expected.sort());
});
