import fc from "fast-check";
import { DEFAULT_THRESHOLDS } from "../../../models/gallery/gallery_index.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { encodeVector } from "../../../protocol/http_api/people_archive.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { NEW_EMBEDDER, PeopleFixture, pictureOf, portrait } from "./people_fixture.ts";

async function exported(fixture: PeopleFixture, gallery = "staff"): Promise<string> {
  return (await Array.fromAsync(fixture.people.export(gallery))).join("");
}

async function staff(): Promise<PeopleFixture> {
  const fixture = new PeopleFixture();
  for (const [name, angle] of [["Zoë", 0], ["Ada", 90], ["Ada", 130]] as const) {
    await fixture.enrol(name, portrait(angle));
  }
  await fixture.reject("Ada", portrait(60));
  await fixture.people.patch("staff", "Ada", { metadata: { team: "engines", badge: "7" } });
  return fixture;
}

Deno.test("an imported archive gives the same people, and exports to the same bytes", async () => {
  await using fixture = await staff();
  const text = await exported(fixture);
  assertEquals(await exported(fixture), text);
  await using other = new PeopleFixture();
  const answer = await other.people.import("staff", text);
  const { peopleAdded, facesAdded, facesKnown, facesLost, inForce } = answer;
  assertEquals([peopleAdded, facesAdded, facesKnown, facesLost, inForce?.version], [2, 4, 0, 0, 1]);
  assertEquals(await other.publisher.table("staff"), await fixture.publisher.table("staff"));
  assertEquals(await exported(other), text);
  assertEquals(other.finder.asked.length, 0, "no embedding had to be made");
});

Deno.test("importing again adds nothing; importing into existing people adds only what they lack", async () => {
  await using fixture = await staff();
  const text = await exported(fixture);
  const again = await fixture.people.import("staff", text);
  assertEquals([again.peopleAdded, again.facesAdded, again.facesKnown], [0, 0, 4]);
  await using other = new PeopleFixture();
  await other.enrol("Ada", portrait(90));
  await other.people.patch("staff", "Ada", { metadata: { team: "numbers" } });
  const { peopleAdded, facesAdded, facesKnown } = await other.people.import("staff", text);
  assertEquals([peopleAdded, facesAdded, facesKnown], [1, 3, 1]);
  assertEquals(other.people.person("staff", "Ada").person.metadata, { team: "numbers", badge: "7" });
});

Deno.test("importing adds no face that is there from another encoding of its picture, or as the opposite", async () => {
  await using fixture = await staff();
  await using other = new PeopleFixture();
  await other.enrol("Ada", portrait(91));
  await other.enrol("Ada", portrait(60));
  await other.reject("Ada", portrait(130), { face: 1 });
  const { facesAdded, facesKnown } = await other.people.import("staff", await exported(fixture));
  assertEquals([facesAdded, facesKnown], [1, 3]);
  assertEquals(await other.publisher.table("staff"), [["Ada", 2, 1], ["Zoë", 1, 0]]);
});

Deno.test("an archive that holds one face as enrolled and as rejected gives it as enrolled, once", async () => {
  await using fixture = await staff();
  const lines = (await exported(fixture)).trimEnd().split("\n");
  const zoe = lines.at(-2)!;
  const rejected = zoe.replace('"kind":"enrolled"', '"kind":"rejected"');
  const end = lines.at(-1)!.replace('"faces":4', '"faces":6');
  await using other = new PeopleFixture();
  const answer = await other.people.import("staff", [...lines.slice(0, -2), rejected, zoe, zoe, end, ""].join("\n"));
  assertEquals([answer.facesAdded, answer.facesKnown], [4, 2]);
  assertEquals(await other.publisher.table("staff"), [["Ada", 2, 1], ["Zoë", 1, 0]]);
});

Deno.test("a master with another embedder makes its own embeddings from the crops", async () => {
  await using fixture = await staff();
  await using other = new PeopleFixture();
  other.finder.current = NEW_EMBEDDER;
  const { facesAdded } = await other.people.import("staff", await exported(fixture));
  assertEquals(facesAdded, 4);
  const { index } = await other.publisher.peopleOf("staff");
  assertEquals([index.embedder, index.dimensions], [NEW_EMBEDDER, 3]);
});

Deno.test("an incomplete or invalid archive is refused with the line number, and nothing of it is kept", async () => {
  await using fixture = await staff();
  const lines = (await exported(fixture)).trimEnd().split("\n");
  const face = JSON.parse(lines[2]);
  const withFace = (change: object) => lines.with(2, JSON.stringify({ face: { ...face.face, ...change } }));
  const table: [readonly string[], string][] = [
    [lines.slice(0, -1), "cut short"],
    [lines.toSpliced(2, 1), "speaks of"],
    [lines.slice(1), "before the header"],
    [lines.toSpliced(1, 1), "a face of nobody"],
    [[lines[0], ...lines], "second header"],
    [[...lines, lines[1]], "behind the end"],
    [lines.with(1, "{"), "Line 2 of the archive is not JSON"],
    [lines.with(1, '{"persons":{}}'), "neither"],
    [lines.with(1, JSON.stringify({ person: { name: "\u0007", metadata: {}, createdMs: 0 } })), "control characters"],
    [lines.with(0, lines[0].replace('"formatVersion":1', '"formatVersion":2')), "Line 1"],
    [withFace({ crop: "AAAA" }), "not a picture"],
    [withFace({ crop: "?" }), "base 64"],
    [withFace({ crop: pictureOf().slice(0, 40).toBase64() }), "not a picture"],
    [withFace({ embedding: encodeVector(Float32Array.of(1, 1)) }), "length 1"],
    [withFace({ embedding: encodeVector(Float32Array.of(NaN, 0)) }), "length 1"],
    [withFace({ embedding: encodeVector(Float32Array.of(1, 0, 0)) }), "12 bytes"],
    [withFace({ other: 1 }), "other"],
  ];
  await using other = new PeopleFixture();
  for (const [archive, sentence] of table) {
    const error = await assertRejects(
      () => other.people.import("staff", archive.join("\n")),
      DmlError,
      undefined,
      sentence,
    );
    assertEquals(error.code, "archive_invalid", sentence);
    assertStringIncludes(error.message, sentence);
  }
  assertEquals([other.people.galleries(), (await other.blobs()).size], [[], 0]);
});

Deno.test("People.import() answers any text with a result or with archive_invalid", async () => {
  await using fixture = await staff();
  const lines = (await exported(fixture)).trimEnd().split("\n");
  const piece = fc.oneof(fc.constantFrom(...lines), fc.string(), fc.json());
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
      await using other = new PeopleFixture();
      try {
        await other.people.import("staff", pieces.join("\n"));
      } catch (error) {
        assert(error instanceof DmlError && error.code === "archive_invalid", String(error));
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("an archive keeps thresholds that were set, with who set them, and the default a default", async () => {
  const header = (text: string) => JSON.parse(text.slice(0, text.indexOf("\n"))).header;
  await using fixture = await staff();
  const plain = await exported(fixture);
  assertEquals([header(plain).thresholds, "thresholdsSet" in header(plain)], [DEFAULT_THRESHOLDS, false]);
  fixture.clock.advance(9);
  const setMs = fixture.clock.wallMs();
  // The very numbers of a small gallery stay where they are when somebody sets them.
  const set = { by: "calibrate", setMs } as const;
  await fixture.people.setThresholds("staff", { ...DEFAULT_THRESHOLDS, by: set.by });
  const text = await exported(fixture);
  await using other = new PeopleFixture();
  await other.people.import("staff", text);
  await other.people.import("plain", plain);
  const older = { ...header(plain), thresholds: { ...DEFAULT_THRESHOLDS, known: 0.6 } };
  await other.people.import("older", plain.replace(/.*/, JSON.stringify({ header: older })));
  const origins = ["staff", "plain", "older"].map((name) => other.people.gallery(name).thresholdsOrigin);
  assertEquals(origins, [set, { by: "default", faces: 3 }, { by: "hand", setMs: null }]);
  assertEquals(other.people.gallery("older").thresholds.known, 0.6);
  assertEquals(await exported(other), text);
});
