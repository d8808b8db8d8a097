import { join } from "node:path";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { CacheEviction } from "../../../node/models/cache_eviction.ts";
import { ModelCache } from "../../../node/models/model_cache.ts";
import { FileUseTimes, MemoryUseTimes, type UseTimes } from "../../../node/models/use_times.ts";
import type { BlobStore } from "../../../protocol/ports/blob_store.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import type { ModelOffer } from "../../../protocol/messages/model.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { putModel, putText } from "../node_fixture.ts";
import { digest } from "../instructions.ts";

const FILE_BYTES = 1_000;

/** Creates a cache with a size limit, and a master with three models of about the same size. */
async function setUp(
  { bytesMax, local = new MemoryBlobStore(), times = new MemoryUseTimes() }: {
    bytesMax: number;
    local?: BlobStore;
    times?: UseTimes;
  },
) {
  const remote = new MemoryBlobStore();
  const clock = new ManualClock();
  const inUse = new Set<Digest>();
  const eviction = new CacheEviction({ store: local, bytesMax, times, clock, inUse: () => inUse });
  const cache = new ModelCache({ local, remote, clock, random: seededRandom(1), eviction });
  const offers: ModelOffer[] = [];
  for (const letter of ["a", "b", "c"]) offers.push(await putModel(remote, letter.repeat(FILE_BYTES)));
  /** Advances the clock by a second and fetches a model. */
  const fetch = async (offer: ModelOffer) => {
    clock.advance(1_000);
    await cache.fetch(offer);
  };
  const hold = (offer: ModelOffer) => {
    for (const file of [offer.manifest, ...offer.files]) inUse.add(file.digest);
  };
  const held = async () => {
    const sizes = await Promise.all(offers.map(({ files: [file] }) => local.stat(file.digest)));
    return ["a", "b", "c"].filter((_, index) => sizes[index] !== null).join("");
  };
  const bytesOfTwo = 2 * (FILE_BYTES + offers[0].manifest.size) + 10;
  return { local, remote, cache, eviction, offers, fetch, hold, held, bytesOfTwo };
}

Deno.test("CacheEviction.makeRoom() evicts the least recently used model when the limit is reached", async () => {
  const { offers: [a, b, c], fetch, held } = await setUp({ bytesMax: 3_000 });
  await fetch(a);
  await fetch(b);
  await fetch(a); // a second use, for which nothing is fetched
  await fetch(c);
  assertEquals(await held(), "ac");
});

Deno.test("CacheEviction.touch() called twice at once records both", async () => {
  const times = new MemoryUseTimes();
  const { eviction } = await setUp({ bytesMax: 0, times });
  await Promise.all([eviction.touch([digest(1)]), eviction.touch([digest(2)])]);
  assertEquals([...(await times.load()).keys()], [digest(1), digest(2)]);
});

Deno.test("CacheEviction.makeRoom() never evicts a model in use, and refuses one that then does not fit", async () => {
  const { offers: [a, b, c], fetch, hold, held } = await setUp({ bytesMax: 3_000 });
  await fetch(a);
  hold(a);
  await fetch(b);
  await fetch(c);
  assertEquals(await held(), "ac", "the older one is in use");
  hold(c);
  const error = await assertRejects(() => fetch(b), DmlError, "under the limit of 3000");
  assertEquals(error.code, "disk_full");
  assertStringIncludes(error.advice, "--cache-bytes");
  assertEquals(await held(), "ac", "nothing was deleted in vain");
});

Deno.test("CacheEviction.makeRoom() has no limit if it is 0", async () => {
  const { offers, fetch, held } = await setUp({ bytesMax: 0 });
  for (const offer of offers) await fetch(offer);
  assertEquals(await held(), "abc");
});

Deno.test("CacheEviction.evictOne() frees space on a disk that is full before the limit is reached", async () => {
  const disk = new FullDisk(2_900);
  const { offers: [a, b, c], fetch, held, hold } = await setUp({ bytesMax: 0, local: disk });
  await fetch(a);
  await fetch(b);
  await fetch(c);
  assertEquals(await held(), "bc");
  hold(b);
  hold(c);
  const error = await assertRejects(() => fetch(a), DmlError);
  assertEquals(error.code, "disk_full");
  assertEquals(await held(), "bc");
});

Deno.test("CacheEviction deletes only files of models", async () => {
  const { local, offers: [a, b, c], fetch } = await setUp({ bytesMax: 3_000 });
  if (!(local instanceof MemoryBlobStore)) throw new Error("it is one");
  const other = await putText(local, "x".repeat(5_000));
  for (const offer of [a, b, c]) await fetch(offer);
  assertEquals(await local.stat(other.digest), 5_000);
});

Deno.test("ModelCache.completeManifests() registers models that an earlier process has fetched", async () => {
  const first = await setUp({ bytesMax: 3_000 });
  await first.fetch(first.offers[0]);
  await first.fetch(first.offers[1]);
  const again = await setUp({ bytesMax: 3_000, local: first.local });
  await again.cache.completeManifests();
  await again.fetch(again.offers[2]);
  assertEquals((await again.held()).length, 2);
});

Deno.test("FileUseTimes keeps the order across restarts, and starts anew when its file is damaged", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "last_used.json");
  const times = new FileUseTimes(path, { log: SILENT_LOG });
  assertEquals(await times.load(), new Map());
  await times.save(new Map([[digest(1), 5], [digest(2), 7]]));
  assertEquals(await new FileUseTimes(path, { log: SILENT_LOG }).load(), new Map([[digest(1), 5], [digest(2), 7]]));
  await Deno.writeTextFile(path, "{");
  assertEquals(await times.load(), new Map());
});

/** A disk with a capacity in bytes. */
class FullDisk extends MemoryBlobStore {
  constructor(readonly capacity: number) {
    super();
  }

  override receive(name: Digest, size: number) {
    if (this.bytes + size <= this.capacity) return super.receive(name, size);
    return Promise.reject(new DmlError("disk_full", `There is no space for ${name}.`));
  }
}

Deno.test("CacheEviction.evictUnused() deletes every model file that is not in use, and counts them", async () => {
  const { offers: [a, b], fetch, hold, held, eviction } = await setUp({ bytesMax: 0 });
  await fetch(a);
  await fetch(b);
  assertEquals((await eviction.usage()).files, 4);
  hold(a);
  assertEquals(await eviction.evictUnused(), { files: 2, bytes: FILE_BYTES + b.manifest.size });
  assertEquals(await held(), "a");
  assertEquals(await eviction.usage(), { files: 2, bytes: FILE_BYTES + a.manifest.size, bytesMax: 0 });
  assertEquals(await eviction.evictUnused(), { files: 0, bytes: 0 });
});
