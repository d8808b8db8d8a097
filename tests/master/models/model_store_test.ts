import { join } from "node:path";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { encodeManifest } from "../../../models/manifest.ts";
import { DiskBlobStore } from "../../../protocol/blob/disk_blob_store.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { ModelStore } from "../../../master/models/model_store.ts";
import { emptyManifest } from "../core_world.ts";
import { FILE, pictureEntry } from "../master_fixture.ts";

const DIGEST = digestOf(FILE);

/** Returns the path at which a disk store in `directory` keeps the model file. */
function pathIn(directory: string): string {
  const hex = DIGEST.slice("sha256:".length);
  return join(directory, "sha256", hex.slice(0, 2), hex);
}

function open(entry = pictureEntry()) {
  const durable = new MemoryBlobStore();
  return { durable, store: new ModelStore({ durable, log: SILENT_LOG, catalog: [entry] }) };
}

Deno.test("ModelStore.ensure() creates a file on request, once even for concurrent requests", async () => {
  const loaded = { count: 0 };
  const { durable, store } = open(pictureEntry(loaded));
  assertEquals([await durable.stat(DIGEST), loaded.count], [null, 0], "nothing is made at the start");
  await Promise.all([store.ensure(DIGEST), store.ensure(DIGEST)]);
  await store.ensure(DIGEST);
  assertEquals([await durable.stat(DIGEST), loaded.count], [FILE.length, 1]);
});

Deno.test("ModelStore.ensure() recreates a file that is missing or has the wrong length", async () => {
  await using directory = await temporaryDirectory();
  const loaded = { count: 0 };
  for (const damage of [(path: string) => Deno.truncate(path, 5), (path: string) => Deno.remove(path)]) {
    const durable = await DiskBlobStore.open(directory.path);
    const store = new ModelStore({ durable, log: SILENT_LOG, catalog: [pictureEntry(loaded)] });
    await store.ensure(DIGEST);
    await damage(pathIn(directory.path));
    await store.ensure(DIGEST);
    assertEquals(await durable.read(DIGEST), FILE);
  }
  assertEquals(loaded.count, 3);
});

Deno.test("ModelStore.recheck() detects wrong bytes of the right length, and recreates the file", async () => {
  await using directory = await temporaryDirectory();
  const loaded = { count: 0 };
  const durable = await DiskBlobStore.open(directory.path);
  const store = new ModelStore({ durable, log: SILENT_LOG, catalog: [pictureEntry(loaded)] });
  const [{ digest }] = store.list();
  await store.ensure(DIGEST);
  await store.recheck(digest);
  assertEquals(loaded.count, 1, "it is whole");
  await Deno.writeFile(pathIn(directory.path), FILE.toReversed());
  await Promise.all([store.recheck(digest), store.recheck(digest)]);
  assertEquals([await durable.read(DIGEST), loaded.count], [FILE, 2]);
});

Deno.test("ModelStore.recheck() removes a damaged file that is not from the catalog, and advises what to do", async () => {
  await using directory = await temporaryDirectory();
  const durable = await DiskBlobStore.open(directory.path);
  const lines: string[] = [];
  const log = {
    ...SILENT_LOG,
    error: (message: string, fields = {}) => void lines.push(message + Object.values(fields)),
  };
  const store = new ModelStore({ durable, log, catalog: [] });
  await durable.put(DIGEST, FILE.slice());
  const { digest } = await store.register({ ...pictureEntry().manifest, name: "own" });
  await Deno.writeFile(pathIn(directory.path), FILE.toReversed());
  await store.recheck(digest);
  assertEquals(await durable.stat(DIGEST), null);
  assertEquals(lines.length, 1);
  for (const part of ["own@1 is damaged", DIGEST, "dml models push"]) assertStringIncludes(lines[0], part);
});

Deno.test("ModelStore.ensure() ignores digests it does not know", async () => {
  const { durable, store } = open();
  const unknown = digestOf(new Uint8Array([1]));
  await store.ensure(unknown);
  assertEquals(await durable.stat(unknown), null);
});

Deno.test("ModelStore.ensure() keeps the reason why a file cannot be created, and tries again", async () => {
  const network = { isThere: false };
  const entry = {
    ...pictureEntry(),
    loadFile: () =>
      network.isThere
        ? Promise.resolve(FILE.slice())
        : Promise.reject(new DmlError("assets_missing", "There is no network.")),
  };
  const { store } = open(entry);
  const [{ digest }] = store.list();
  assertEquals(store.faultOf(digest), null);
  assertEquals((await assertRejects(() => store.ensure(DIGEST), DmlError)).code, "assets_missing");
  assertEquals(store.faultOf(digest)?.message, "There is no network.");
  network.isThere = true;
  await store.ensure(DIGEST);
  assertEquals(store.faultOf(digest), null);
});

Deno.test("ModelStore.faultOf() returns the fault for every model that needs the file", async () => {
  const entry = {
    ...pictureEntry(),
    loadFile: () => Promise.reject(new DmlError("assets_missing", "There is no network.")),
  };
  const relative = { ...entry, isOptional: true, manifest: { ...entry.manifest, name: "relative" } };
  const store = new ModelStore({ durable: new MemoryBlobStore(), log: SILENT_LOG, catalog: [entry, relative] });
  await assertRejects(() => store.ensure(DIGEST), DmlError);
  assertEquals(store.list().map(({ digest }) => store.faultOf(digest)?.code), ["assets_missing", "assets_missing"]);
  assertEquals(store.list().map(({ digest }) => store.isOptional(digest)), [false, true]);
});

Deno.test("ModelStore.ensure() rejects a model file that differs from the manifest", async () => {
  const { durable, store } = open({ ...pictureEntry(), loadFile: () => Promise.resolve(new Uint8Array([1])) });
  assertEquals((await assertRejects(() => store.ensure(DIGEST), DmlError)).code, "blob_corrupt");
  assertEquals(await durable.stat(DIGEST), null);
});

Deno.test("ModelStore.add() serves a model of the ledger only if all its files are present", async () => {
  const { durable, store } = open();
  const older = { ...pictureEntry().manifest, version: 7 };
  const { digest, bytes } = encodeManifest(older);
  assertEquals(await store.add(older, digest), false);
  await durable.put(digest, bytes);
  assertEquals(await store.add(older, digest), false, "its model file is missing");
  const own = { ...older, name: "own", files: [{ ...older.files[0], size: FILE.length + 1 }] };
  const added = encodeManifest(own);
  await durable.put(added.digest, added.bytes);
  await durable.put(DIGEST, FILE.slice());
  assertEquals(await store.add(older, digest), true);
  assertEquals(store.resolve("faces").name, "faces@7");
  assertEquals(await store.add(own, added.digest), false, "its model file is of another size");
});

Deno.test("ModelStore.add() refuses another model of the same name and version", async () => {
  const { durable, store } = open();
  const other = { ...emptyManifest("faces"), description: "Another one." };
  const { digest, bytes } = encodeManifest(other);
  await durable.put(digest, bytes);
  assertEquals(await store.add(other, digest), false);
  assertEquals(store.resolve("faces").manifest.description, pictureEntry().manifest.description);
});
