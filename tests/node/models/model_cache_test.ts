import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { ModelCache } from "../../../node/models/model_cache.ts";
import type { BlobStore } from "../../../protocol/ports/blob_store.ts";
import { DiskBlobStore } from "../../../protocol/blob/disk_blob_store.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { type LogFields, SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { bytesOf, putModel, putText } from "../node_fixture.ts";
import { digest } from "../instructions.ts";

/** Creates a cache over two stores; `opened` lists the blobs requested from the master. */
function cacheOver({ local, remote }: { local: BlobStore; remote: BlobStore }) {
  const opened: string[] = [];
  const from: Pick<BlobStore, "open"> = {
    open(name, options) {
      opened.push(name);
      return remote.open(name, options);
    },
  };
  const warnings: LogFields[] = [];
  const log = { ...SILENT_LOG, warn: (_message: string, fields: LogFields = {}) => void warnings.push(fields) };
  const cache = new ModelCache({ local, remote: from, clock: SYSTEM_CLOCK, random: seededRandom(1), log });
  return { cache, opened, warnings };
}

Deno.test("ModelCache.fetch() fetches missing files once, and reports its progress", async () => {
  const [local, remote] = [new MemoryBlobStore(), new MemoryBlobStore()];
  const { cache, opened } = cacheOver({ local, remote });
  const offer = await putModel(remote);
  const totalBytes = offer.manifest.size + offer.files[0].size;
  const progress: number[] = [];
  const onProgress = (doneBytes: number, total: number) => {
    assertEquals(total, totalBytes);
    progress.push(doneBytes);
  };
  assertEquals(await cache.fetch(offer, { onProgress }), totalBytes);
  assertEquals(progress.at(-1), totalBytes);
  assertEquals(progress, progress.toSorted((one, other) => one - other));
  assertEquals(await cache.fetch(offer), 0);
  assertEquals(opened.length, 2);
});

Deno.test("ModelCache.fetch() of a new version fetches only changed files", async () => {
  const [local, remote] = [new MemoryBlobStore(), new MemoryBlobStore()];
  const { cache } = cacheOver({ local, remote });
  const offer = await putModel(remote);
  await cache.fetch(offer);
  const more = await putText(remote, "another model file");
  const next = { ...offer, files: [...offer.files, more, more] };
  assertEquals(await cache.missing(next), [more]);
  assertEquals(await cache.fetch(next), more.size);
});

Deno.test("ModelCache.read() returns the model files by role", async () => {
  const [local, remote] = [new MemoryBlobStore(), new MemoryBlobStore()];
  const { cache } = cacheOver({ local, remote });
  const offer = await putModel(remote, "weights");
  await cache.fetch(offer);
  const { manifest, files } = await cache.read(offer);
  assertEquals(manifest.name, "faces");
  assertEquals([...files], [["detect", bytesOf("weights")]]);
});

Deno.test("ModelCache.read() fetches a damaged file again, names it, and counts its bytes", async () => {
  await using directory = await temporaryDirectory();
  const local = await DiskBlobStore.open(directory.path);
  const remote = new MemoryBlobStore();
  const { cache, opened, warnings } = cacheOver({ local, remote });
  const offer = await putModel(remote, "weights");
  await cache.fetch(offer);
  assertEquals((await cache.read(offer)).refetchedBytes, 0);
  const hex = offer.files[0].digest.slice("sha256:".length);
  await Deno.writeTextFile(`${directory.path}/sha256/${hex.slice(0, 2)}/${hex}`, "WEIGHTS");
  const { files, refetchedBytes } = await cache.read(offer);
  assertEquals(files.get("detect"), bytesOf("weights"));
  assertEquals([opened.length, refetchedBytes], [3, "weights".length]);
  assertEquals(warnings.map(({ model, role, digest }) => [model, role, digest]), [
    [offer.model, "detect", offer.files[0].digest],
  ]);
});

Deno.test("ModelCache.read() refuses an offer whose manifest is invalid or names other model files", async () => {
  const [local, remote] = [new MemoryBlobStore(), new MemoryBlobStore()];
  const { cache } = cacheOver({ local, remote });
  const offer = await putModel(remote);
  for (const wrong of [{ ...offer, files: [] }, { ...offer, manifest: await putText(remote, "{}") }]) {
    const error = await assertRejects(() => cache.read(wrong), DmlError);
    assertEquals((error as DmlError).code, "model_invalid");
  }
});

Deno.test("ModelCache.completeManifests() lists only manifests whose files are all cached", async () => {
  const [local, remote] = [new MemoryBlobStore(), new MemoryBlobStore()];
  const { cache } = cacheOver({ local, remote });
  await putText(local, "a small model file");
  const offer = await putModel(remote);
  await local.put(offer.manifest.digest, await remote.read(offer.manifest.digest));
  assertEquals(await cache.completeManifests(), [], "its model file is missing");
  await cache.fetch(offer);
  assertEquals(await cache.completeManifests(), [offer.manifest.digest]);
});

Deno.test("ModelCache.fetch() names the file that the master does not have", async () => {
  const [local, remote] = [new MemoryBlobStore(), new MemoryBlobStore()];
  const { cache } = cacheOver({ local, remote });
  const offer = await putModel(remote);
  const missing = { ...offer, files: [{ digest: digest(9), size: 5 }] };
  const error = await assertRejects(() => cache.fetch(missing), DmlError);
  assertEquals((error as DmlError).code, "blob_not_found");
  assert((error as DmlError).message.includes(digest(9)));
});
