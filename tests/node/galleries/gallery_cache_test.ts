import { assert, assertEquals, assertRejects } from "../../assert.ts";
import type { GalleryPerson } from "../../../models/gallery/gallery_bucket.ts";
import { openGallery } from "../../../models/gallery/gallery_reader.ts";
import type { GalleryView } from "../../../models/gallery/gallery_view.ts";
import { GalleryCache } from "../../../node/galleries/gallery_cache.ts";
import { DiskBlobStore } from "../../../protocol/blob/disk_blob_store.ts";
import type { BlobStore } from "../../../protocol/ports/blob_store.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import type { GalleryOffer } from "../../../protocol/messages/gallery.ts";
import { axis, type GalleryParts, putGallery, somebody } from "../../models/gallery/built_gallery.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { FakeEngine } from "../fake_engine.ts";
import { putText } from "../node_fixture.ts";
import { digest } from "../instructions.ts";

const EMBEDDER = digest("e");
const SHARP = { eyeDistance: 80, sharpness: 200 };
const [ADA, BEN, CYD] = ["ada", "ben", "cyd"].map((id, at) => somebody(id, axis(at)));

/** A gallery cache of a node, and a master that publishes versions. */
class Desk {
  readonly remote = new MemoryBlobStore();
  readonly engine = new FakeEngine();
  readonly opened: string[] = [];
  galleryCache: GalleryCache;

  constructor(readonly local: BlobStore = new MemoryBlobStore()) {
    this.galleryCache = this.restart();
  }

  /** Replaces the cache as a new process with the same disk would. */
  restart(): GalleryCache {
    const { engine, local, remote, opened } = this;
    const from: Pick<BlobStore, "open"> = {
      open(name, options) {
        opened.push(name);
        return remote.open(name, options);
      },
    };
    return this.galleryCache = new GalleryCache({
      engine,
      local,
      remote: from,
      clock: SYSTEM_CLOCK,
      random: seededRandom(1),
    });
  }

  async offer(
    version: number,
    people: readonly GalleryPerson[],
    parts: Partial<GalleryParts> = {},
  ): Promise<GalleryOffer> {
    const whole = { gallery: "staff", version, embedder: EMBEDDER, people, ...parts };
    const { reference } = await putGallery(this.remote, whole);
    return { type: "gallery.offer", gallery: whole.gallery, version: whole.version, index: reference };
  }

  async take(version: number, people: readonly GalleryPerson[], parts: Partial<GalleryParts> = {}): Promise<number> {
    return await this.galleryCache.install(await this.offer(version, people, parts));
  }

  get view(): GalleryView {
    const view = this.engine.galleries.get("staff");
    assert(view !== undefined);
    return view;
  }

  /** Returns the name of the person with this face, or `null` if it is not recognised. */
  who(face: Float32Array): string | null {
    return openGallery(this.view).recognise(face, SHARP).name;
  }

  async files(): Promise<string[]> {
    return (await Array.fromAsync(this.local.list())).map(({ digest }) => digest).sort();
  }
}

Deno.test("GalleryCache.install() puts a version in force in every worker", async () => {
  const desk = new Desk();
  const movedBytes = await desk.take(1, [ADA, BEN]);
  const sizes = (await Array.fromAsync(desk.local.list())).map(({ size }) => size);
  assertEquals(movedBytes, sizes.reduce((sum, size) => sum + size, 0));
  assertEquals(desk.engine.gallerySteps, ["staff@1"]);
  assertEquals([desk.view.version, desk.view.embedder], [1, EMBEDDER]);
  assertEquals([desk.who(axis(0)), desk.who(axis(1)), desk.who(axis(2))], ["Ada", "Ben", null]);
});

Deno.test("GalleryCache.install() of a new version moves its index and the bucket that changed, and forgets those before", async () => {
  const desk = new Desk();
  const parts = { buckets: 16 };
  await desk.take(1, [ADA, BEN], parts);
  desk.opened.length = 0;
  await desk.take(2, [ADA, BEN, CYD], parts);
  assertEquals(desk.opened.length, 2);
  assertEquals([desk.view.version, desk.who(axis(2)), desk.who(axis(0))], [2, "Cyd", "Ada"]);
  const alone = new Desk();
  await alone.take(2, [ADA, BEN, CYD], parts);
  assertEquals(await desk.files(), await alone.files(), "only what the newest version needs is kept");
});

Deno.test("GalleryCache.install() after a restart moves nothing, and finds what an earlier start left over", async () => {
  await using directory = await temporaryDirectory();
  const desk = new Desk(await DiskBlobStore.open(directory.path));
  const first = await desk.offer(1, [ADA]);
  await desk.galleryCache.install(first);
  desk.opened.length = 0;
  assertEquals(await desk.restart().install(first), 0);
  assertEquals(desk.opened, []);
  assertEquals(desk.who(axis(0)), "Ada");
  // The process ends before the next version; the version before is still on disk when that comes.
  await desk.restart().install(await desk.offer(2, [BEN]));
  const alone = new Desk();
  await alone.take(2, [BEN]);
  assertEquals(await desk.files(), await alone.files());
});

Deno.test("GalleryCache.install() deletes nothing that another gallery or a model needs", async () => {
  const desk = new Desk();
  const other = await putText(desk.local as MemoryBlobStore, `{"a":"manifest, say"}`);
  // Empty buckets are identical in all galleries.
  await desk.take(1, [ADA]);
  await desk.take(1, [ADA], { gallery: "guests" });
  await desk.take(2, [BEN]);
  desk.opened.length = 0;
  assertEquals(await desk.take(1, [ADA], { gallery: "guests" }), 0);
  assertEquals(await desk.local.stat(other.digest), other.size);
});

Deno.test("GalleryCache.drop() removes the people of the gallery from workers and disk", async () => {
  const desk = new Desk();
  await desk.take(1, [ADA, BEN]);
  await desk.galleryCache.drop("staff");
  assertEquals(desk.engine.gallerySteps, ["staff@1", "staff gone"]);
  assertEquals(await desk.files(), []);
  await desk.take(2, [BEN]);
  assertEquals([desk.who(axis(1)), desk.who(axis(0))], ["Ben", null]);
});

Deno.test("GalleryCache.drop() removes files of the gallery that an earlier process left", async () => {
  const desk = new Desk();
  await desk.take(1, [ADA, BEN]);
  await desk.restart().drop("staff");
  assertEquals(await desk.files(), []);
});

Deno.test("GalleryCache.install() fetches a damaged file again", async () => {
  await using directory = await temporaryDirectory();
  const local = await DiskBlobStore.open(directory.path);
  const desk = new Desk(local);
  const offer = await desk.offer(1, [ADA]);
  await desk.galleryCache.install(offer);
  const path = await findFile(directory.path, offer.index.digest);
  await Deno.writeFile(path, new Uint8Array(offer.index.size));
  await desk.restart().install(offer);
  assertEquals(desk.who(axis(0)), "Ada");
});

Deno.test("GalleryCache.install() refuses what is no such gallery, and keeps the one in force", async () => {
  const desk = new Desk();
  await desk.take(1, [ADA]);
  const good = await desk.offer(3, [BEN]);
  const noIndex = await putText(desk.remote, "no index");
  const bad: GalleryOffer[] = [
    { ...good, version: 4 },
    { ...good, gallery: "guests" },
    { ...good, index: noIndex },
    { ...good, index: { ...noIndex, size: 10_000_000 } },
  ];
  for (const offer of bad) {
    const error = await assertRejects(() => desk.galleryCache.install(offer), DmlError);
    assertEquals((error as DmlError).code, "gallery_invalid");
  }
  const lost = await desk.offer(5, [CYD]);
  await desk.remote.delete(lost.index.digest);
  const error = await assertRejects(() => desk.galleryCache.install(lost), DmlError);
  assertEquals((error as DmlError).code, "blob_not_found");
  assertEquals([desk.view.version, desk.who(axis(0))], [1, "Ada"]);
});

async function findFile(directory: string, name: string): Promise<string> {
  const hex = name.slice("sha256:".length);
  for await (const { name: entry, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${entry}`;
    if (isDirectory) {
      const found = await findFile(path, name).catch(() => null);
      if (found !== null) return found;
    } else if (hex.endsWith(entry) || entry.includes(hex)) return path;
  }
  throw new Error(`${name} is not below ${directory}`);
}
