import { MemoryPeopleStore } from "../../../master/people/memory_people_store.ts";
import type { PeopleChange } from "../../../master/people/people_store.ts";
import { GalleryNames } from "../../../master/control/gallery_names.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Person } from "../../../protocol/messages/prediction.ts";
import type { GalleryState } from "../../../master/core/state/gallery_state.ts";
import { galleryOf } from "../../contract/people_store_contract.ts";
import { assertEquals } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { idOf, indexOf, predictionOf } from "../core_world.ts";
import { FILE, MasterFixture, pictureEntry, resultOf } from "../master_fixture.ts";
import { ask, problemIn } from "../http/http_fixture.ts";

/** Model file that makes the embeddings of the gallery. */
const EMBEDDER = digestOf(FILE);

/** Returns a store with a gallery `staff` that holds these people since `changedMs`. */
function storeOf(names: readonly string[], changedMs = 0): MemoryPeopleStore {
  const store = new MemoryPeopleStore();
  store.apply([
    { type: "gallery_put", record: galleryOf("staff", { changedMs, embedder: EMBEDDER }) },
    ...names.flatMap((name, at): PeopleChange[] => {
      const personId = idOf("person", at);
      const record = { personId, gallery: "staff", name, metadata: {}, createdMs: 0, changedMs: 0 };
      const quality = { eyeDistance: 40, sharpness: 100 };
      const crop = { digest: EMBEDDER, size: FILE.length };
      const face = {
        faceId: idOf("face", at),
        personId,
        kind: "enrolled",
        quality,
        crop,
        source: "a.jpg",
        createdMs: 0,
      } as const;
      const vector = Float32Array.from([1, 0, 0, 0]);
      return [
        { type: "person_put", record },
        { type: "face_added", face, embeddings: [{ embedder: EMBEDDER, vector }] },
      ];
    }),
  ]);
  return store;
}

function stateOf(version: number): GalleryState {
  return {
    gallery: "staff",
    version,
    index: indexOf("staff", version),
    people: 2,
    embedder: EMBEDDER,
    publishedAtMs: 0,
  };
}

function person(name: string | null, candidates: readonly string[] = []): Person {
  return {
    box: { x: 0, y: 0, width: 1, height: 1 },
    score: 1,
    landmarks: Array.from({ length: 5 }, () => ({ x: 0, y: 0 })),
    name,
    similarity: null,
    ...candidates.length === 0 ? {} : { candidates: candidates.map((name) => ({ name, similarity: 0.4 })) },
  };
}

Deno.test("GalleryNames() knows the people of the gallery, as persons and as candidates, and nobody else", () => {
  const clock = new ManualClock();
  clock.advance(LIMITS.attemptDeadlineMs);
  const galleries = new Map([["staff", stateOf(1)]]);
  const names = new GalleryNames({ store: storeOf(["Ada", "Zoë"]), galleries, clock });
  const fault = (...persons: Person[]) => names.faultOf({ gallery: { name: "staff", version: 1 }, persons });
  const sentence = "It named a person whom the gallery staff does not hold.";
  assertEquals(fault(person("Ada"), person(null), person(null, ["Zoë", "Ada"])), null);
  assertEquals(fault(person("Ada"), person("Eve")), sentence);
  assertEquals(fault(person(null, ["Ada", "Eve"])), sentence);
  assertEquals(fault(person("ada")), sentence, "names are compared exactly");
  assertEquals(names.faultOf({ persons: [person("Eve")] }), null, "without a gallery, another check refuses it");
  const other = { name: "guests", version: 1 };
  assertEquals(names.faultOf({ gallery: other, persons: [person("Eve")] }), null, "a gallery that was retired");
});

Deno.test("GalleryNames() bears with people who were removed just now, and no longer than an attempt may take", () => {
  const clock = new ManualClock();
  const store = storeOf(["Ada", "Zoë"]);
  const galleries = new Map([["staff", stateOf(1)]]);
  const names = new GalleryNames({ store, galleries, clock });
  const fault = () => names.faultOf({ gallery: { name: "staff", version: 1 }, persons: [person("Zoë")] });
  clock.advance(1_000_000);
  assertEquals(fault(), null);
  store.apply([{ type: "person_removed", personId: idOf("person", 1) }, {
    type: "gallery_put",
    record: galleryOf("staff", { changedMs: clock.wallMs() }),
  }]);
  galleries.set("staff", stateOf(2));
  assertEquals(fault(), null);
  clock.advance(LIMITS.attemptDeadlineMs - 1);
  assertEquals(fault(), null);
  clock.advance(1);
  assertEquals(fault() === null, false);
});

Deno.test("a master answers no name that a node has made up for a gallery", async () => {
  const people = storeOf(["Ada"]);
  const galleries = [stateOf(1)];
  const faces = pictureEntry();
  const [file] = faces.manifest.files;
  const catalog = [{ ...faces, manifest: { ...faces.manifest, files: [file, { ...file, role: "embed" }] } }];
  await using fixture = await MasterFixture.start({ people, galleries, catalog, settings: { attemptsMax: 2 } });
  await fixture.pass(LIMITS.attemptDeadlineMs + 100);
  const node = await fixture.join(1);
  const gallery = { name: "staff", version: 1 };
  node.send({ type: "gallery.ready", gallery: "staff", version: 1, fetchedBytes: 0 });
  const answer = async (name: string, attempts: number) => {
    const asked = ask(fixture.master, "/v1/predictions?gallery=staff", { method: "POST", body: "a picture" });
    for (let attempt = 0; attempt < attempts; attempt++) {
      const known = { ...person(name), similarity: 0.9, recognition: "known" as const };
      const prediction = { ...predictionOf("faces@1"), gallery, persons: [known] };
      node.send(resultOf(await node.next("task.assign"), { prediction }));
    }
    return await asked;
  };
  const good = await answer("Ada", 1);
  assertEquals([good.status, (await good.text()).includes('"name":"Ada"')], [200, true]);
  const problem = await problemIn(answer("Eve", 2));
  assertEquals([problem.code, problem.detail.includes("Eve")], ["attempt_failed", false]);
});
