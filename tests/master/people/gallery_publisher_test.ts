import { assert, assertEquals, assertRejects } from "../../assert.ts";
import type { GalleryPublication } from "../../../master/people/gallery_publisher.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Person } from "../../../protocol/messages/prediction.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { axis, putGallery, somebody } from "../../models/gallery/built_gallery.ts";
import { predictionOf } from "../core_world.ts";
import { ask, problemIn } from "../http/http_fixture.ts";
import { FILE, MasterFixture, resultOf, type ScriptedNode } from "../master_fixture.ts";

const PICTURE = new TextEncoder().encode("not really a picture");
const FACE = new TextEncoder().encode("a face");
const CROP = { digest: digestOf(FACE), size: FACE.length };
const IN_FORCE_MS = 2_000;

const PERSON: Person = {
  box: { x: 0, y: 0, width: 1, height: 1 },
  score: 1,
  landmarks: [1, 2, 3, 4, 5].map((x) => ({ x, y: x })),
  name: null,
  similarity: null,
};

/** A master with a model that has the embedder of the published galleries. */
class Publishing implements AsyncDisposable {
  private constructor(readonly fixture: MasterFixture, readonly durable: MemoryBlobStore) {}

  static async start(options: Parameters<typeof MasterFixture.start>[0] = {}): Promise<Publishing> {
    const durable = new MemoryBlobStore();
    return new Publishing(await MasterFixture.start({ ...options, durableBlobs: durable }), durable);
  }

  async made(gallery: string, version: number, { people = 1 } = {}): Promise<GalleryPublication> {
    const somebodies = Array.from({ length: people }, (_, at) => somebody(`p${at}`, axis(at)));
    const { reference: index } = await putGallery(this.durable, {
      gallery,
      version,
      embedder: digestOf(FILE),
      people: somebodies,
    });
    return { gallery, version, index };
  }

  async publish(gallery: string, version: number, options: { people?: number } = {}) {
    return await this.fixture.master.publishGallery(await this.made(gallery, version, options));
  }

  /** Publishes a gallery version and reports it active on `node`. */
  async inForce(node: ScriptedNode, gallery: string, version: number): Promise<void> {
    const published = this.publish(gallery, version);
    await node.next("gallery.offer");
    node.send({ type: "gallery.ready", gallery, version, fetchedBytes: 1 });
    assertEquals(await published, { ready: 1, pending: 0, failed: 0 });
  }

  post(query: string, init: RequestInit = {}): Promise<Response> {
    return ask(this.fixture.master, `/v1/predictions${query}`, { method: "POST", body: PICTURE, ...init });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.fixture[Symbol.asyncDispose]();
  }
}

Deno.test("publishGallery() resolves when the version is active on every node or has failed there", async () => {
  await using publishing = await Publishing.start();
  const [one, other] = [await publishing.fixture.join(1), await publishing.fixture.join(2)];
  const published = publishing.publish("staff", 1);
  const offer = await one.next("gallery.offer");
  assertEquals([offer.gallery, offer.version], ["staff", 1]);
  assertEquals(await publishing.fixture.master.blobs.stat(offer.index.digest), offer.index.size);
  await other.next("gallery.offer");
  one.send({ type: "gallery.ready", gallery: "staff", version: 1, fetchedBytes: 10 });
  other.send({ type: "gallery.failed", gallery: "staff", version: 1, code: "disk_full", reason: "No room." });
  assertEquals(await published, { ready: 1, pending: 0, failed: 1 });
});

Deno.test("publishGallery() waits at most two seconds for a node that does not answer", async () => {
  await using publishing = await Publishing.start();
  const node = await publishing.fixture.join(1);
  const published = publishing.publish("staff", 1);
  await node.next("gallery.offer");
  const startMs = publishing.fixture.clock.nowMs();
  assertEquals(await publishing.fixture.passUntil(published), { ready: 0, pending: 1, failed: 0 });
  assertEquals(publishing.fixture.clock.nowMs() - startMs, IN_FORCE_MS);
});

Deno.test("publishGallery() waits for no node that leaves, and returns at once if there is none", async () => {
  await using publishing = await Publishing.start();
  assertEquals(await publishing.publish("staff", 1), { ready: 0, pending: 0, failed: 0 });
  const node = await publishing.fixture.join(1);
  const published = publishing.publish("staff", 2);
  await node.next("gallery.offer");
  await node.close();
  assertEquals(await published, { ready: 0, pending: 0, failed: 0 });
});

Deno.test("publishGallery() of a version that is already active returns at once", async () => {
  await using publishing = await Publishing.start();
  const node = await publishing.fixture.join(1);
  await publishing.inForce(node, "staff", 1);
  assertEquals(await publishing.publish("staff", 1), { ready: 1, pending: 0, failed: 0 });
});

Deno.test("publishGallery() refuses an index of another gallery or version, and an invalid name", async () => {
  await using publishing = await Publishing.start();
  const made = await publishing.made("staff", 1);
  const file = { digest: digestOf(FILE), size: FILE.length };
  await publishing.durable.put(file.digest, FILE);
  const refused: [GalleryPublication, string][] = [
    [{ ...made, version: 2 }, "gallery_invalid"],
    [{ ...made, gallery: "guests" }, "gallery_invalid"],
    [{ ...made, index: file }, "gallery_invalid"],
    [{ ...made, index: CROP }, "blob_not_found"],
    [{ ...made, gallery: "none" }, "request_invalid"],
  ];
  for (const [publication, code] of refused) {
    const error = await assertRejects(() => publishing.fixture.master.publishGallery(publication), DmlError);
    assertEquals((error as DmlError).code, code);
  }
});

Deno.test("startMaster() offers the stored galleries before the first request", async () => {
  const galleries = [{ gallery: "staff", version: 1, index: CROP, people: 1, embedder: digestOf(FILE) }];
  await using fixture = await MasterFixture.start({ galleries });
  const node = await fixture.join(1);
  assert(node.received.some((message) => message.type === "gallery.offer" && message.gallery === "staff"));
});

Deno.test("POST /v1/predictions uses the default gallery if anyone is enrolled, another one by name, or none", async () => {
  await using publishing = await Publishing.start();
  const node = await publishing.fixture.join(1);
  const asked = async (query: string) => {
    const answer = publishing.post(query);
    const assign = await node.next("task.assign");
    node.send(resultOf(assign));
    assertEquals((await answer).status, 200);
    return assign.options.gallery;
  };
  assertEquals([await asked(""), await asked("?gallery=default")], [null, null], "nobody is enrolled");
  await publishing.inForce(node, "default", 1);
  await publishing.inForce(node, "staff", 1);
  assertEquals([await asked(""), await asked("?gallery=staff")], ["default", "staff"]);
  assertEquals([await asked("?gallery=none"), await asked("?model=empty")], [null, null]);
  const unknown = await problemIn(publishing.post("?gallery=guests"));
  assertEquals([unknown.status, unknown.code, unknown.detail], [404, "gallery_unknown", "There is no gallery guests."]);
  const unfit = await problemIn(publishing.post("?gallery=staff&model=empty"));
  assertEquals([unfit.status, unfit.code], [409, "gallery_unfit"]);
  assertEquals((await problemIn(publishing.post("?gallery=No%20Name"))).code, "request_invalid");
  publishing.fixture.master.retireGallery("staff");
  assertEquals(await node.next("gallery.retire"), { type: "gallery.retire", gallery: "staff" });
  assertEquals((await problemIn(publishing.post("?gallery=staff"))).code, "gallery_unknown");
});

Deno.test("POST /v1/predictions?crops=true returns references to the crops, kept for a minute", async () => {
  await using publishing = await Publishing.start();
  const node = await publishing.fixture.join(1);
  const answer = publishing.post("?crops=true");
  const assign = await node.next("task.assign");
  assertEquals(assign.options.crops, true);
  await publishing.fixture.master.blobs.put(CROP.digest, FACE);
  const prediction = { ...predictionOf("faces@1"), persons: [{ ...PERSON, crop: CROP }] };
  node.send(resultOf(assign, { prediction }));
  const { attempts, timings: _timings, ...answered } = await (await answer).json();
  assertEquals([answered, attempts], [{ prediction, annotated: null }, 1]);
  const face = await ask(publishing.fixture.master, `/blobs/${CROP.digest}`);
  assertEquals(await face.bytes(), FACE);
});

Deno.test("POST /v1/predictions does not believe in a cropped face of other bytes", async () => {
  await using publishing = await Publishing.start({ settings: { attemptsMax: 1 } });
  const node = await publishing.fixture.join(1);
  const answer = publishing.post("?crops=true");
  const prediction = { ...predictionOf("faces@1"), persons: [{ ...PERSON, crop: CROP }] };
  node.send(resultOf(await node.next("task.assign"), { prediction }));
  node.sendPicture({ digest: CROP.digest, bytes: new TextEncoder().encode("another face") });
  assertEquals((await problemIn(answer)).code, "attempt_failed");
});

Deno.test("POST /v1/predictions?crops=true requires the admin token if there are tokens", async () => {
  const tokens = newTokens();
  await using publishing = await Publishing.start({ credentials: fixedCredentials(tokens) });
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const codes = [tokens.user, tokens.admin].map(async (token) =>
    (await problemIn(publishing.post("?crops=true&gallery=guests", bearer(token)))).code
  );
  // The admin is authorised, and only then is the gallery looked up.
  assertEquals(await Promise.all(codes), ["forbidden", "gallery_unknown"]);
});
