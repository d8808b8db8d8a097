import { join } from "node:path";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { archiveOf, pictureOf, portrait } from "../../../master/people/people_fixture.ts";
import { PeopleCli } from "./people_fixture.ts";

Deno.test("dml people enroll enrols from pictures, stores metadata, warns, and reports what was refused and why", async () => {
  await using cli = new PeopleCli();
  cli.write({
    "a.jpg": portrait(0),
    "b.jpg": portrait(50),
    "group.jpg": pictureOf({ x: 1, angle: 0 }, { x: 90, angle: 1 }),
  });
  const first = await cli.run("enroll", "Ada", "./a.jpg", "./b.jpg", "--meta", "team=engines");
  assertEquals([first.code, first.errors], [0, ""]);
  assertStringIncludes(first.out, "2 faces of 1 person enrolled; default version");
  assertStringIncludes(first.out, "in force on 2 nodes");
  const again = await cli.run("enroll", "Ada", "./a.jpg", "./group.jpg", "./missing.jpg");
  assertEquals(again.code, 1);
  assertStringIncludes(again.out, "0 faces of 1 person enrolled, 1 there already, 2 refused");
  for (const part of ["a.jpg: This face", "group.jpg", "2 faces", "--largest", "missing.jpg"]) {
    assertStringIncludes(again.errors, part);
  }
  const twin = await cli.run("enroll", "Eve", "./a.jpg", "--json");
  const [line] = twin.json() as { ok: boolean; warnings: { code: string }[]; lookalikes: { name: string }[] }[];
  assertEquals([line.ok, line.warnings[0].code, line.lookalikes[0].name], [true, "looks_like", "Ada"]);
  assertEquals(twin.errors, "");
  const shown = await cli.run("show", "Ada");
  for (const part of ["Ada in default", "team: engines", "a.jpg", "40.0", "enrolled"]) {
    assertStringIncludes(shown.out, part);
  }
  assert(!shown.out.includes(cli.directory), "a file's name is kept, not where it was");
});

Deno.test("dml people enroll DIRECTORY enrols everyone in it, and a dry run nobody", async () => {
  await using cli = new PeopleCli();
  cli.write({
    "staff/Ada/1.jpg": portrait(0),
    "staff/Ada/2.jpg": portrait(40),
    "staff/Bob/1.jpg": portrait(120),
    "staff/.hidden/1.jpg": portrait(200),
    "staff/notes.txt": new Uint8Array(1),
    "staff/empty/readme.txt": new Uint8Array(1),
    "lone.jpg": portrait(0),
  });
  const dry = await cli.run("enroll", "./staff", "--dry-run");
  assertStringIncludes(dry.out, "3 faces of 2 people would be enrolled");
  assertEquals((await cli.run("list", "--all", "--json")).out, "");
  const { code, out } = await cli.run("enroll", "./staff");
  assertEquals(code, 0);
  assertStringIncludes(out, "3 faces of 2 people enrolled");
  const people = (await cli.run("list", "--json")).json() as { name: string; enrolled: number }[];
  assertEquals(people.map(({ name, enrolled }) => [name, enrolled]), [["Ada", 2], ["Bob", 1]]);
  assertStringIncludes((await cli.run("list")).out, "2 people in default");
  const error = await assertRejects(() => cli.run("enroll", "./lone.jpg"), DmlError);
  assertStringIncludes(error.advice, "dml people enroll NAME IMG");
});

Deno.test("dml people renames, annotates, merges, rejects, removes and sets thresholds", async () => {
  await using cli = new PeopleCli();
  cli.write({ "a.jpg": portrait(0), "b.jpg": portrait(90), "other.jpg": portrait(20) });
  await cli.run("enroll", "Ada", "./a.jpg");
  await cli.run("enroll", "Eve", "./b.jpg");
  assertStringIncludes(
    (await cli.run("rename", "Ada", "Ada L.")).out,
    "Renamed Ada to Ada L.; default version 3: in force",
  );
  await cli.run("note", "Ada L.", "--meta", "badge=7");
  assertStringIncludes((await cli.run("reject", "Ada L.", "./other.jpg")).out, "1 face remembered as not Ada L.");
  await cli.run("merge", "Ada L.", "Eve");
  assertEquals(await cli.master.publisher.table("default"), [["Ada L.", 2, 1]]);
  const [{ faces }] = (await cli.run("show", "Ada L.", "--json")).json() as { faces: { faceId: string }[] }[];
  await cli.run("remove", "Ada L.", "--face-id", faces[0].faceId);
  const [{ thresholds }] = (await cli.run("thresholds", "--known", "0.7", "--json")).json() as { thresholds: object }[];
  assertStringIncludes(JSON.stringify(thresholds), '"known":0.7');
  const wrong = await assertRejects(() => cli.run("thresholds", "--unknown", "0.8"), DmlError);
  assertStringIncludes(wrong.message, "unknown must not be above known");
  assertStringIncludes((await cli.run("thresholds")).out, "known from 0.7");
  await cli.run("remove", "Ada L.");
  assertStringIncludes((await cli.run("list")).out, "0 people");
  assertStringIncludes((await cli.run("remove", "--all")).out, "The gallery default is removed");
  assertStringIncludes((await cli.run("list", "--all")).out, "Nobody is enrolled yet");
  const gone = await assertRejects(() => cli.run("show", "Ada L."), DmlError);
  assertEquals(gone.code, "gallery_unknown");
});

Deno.test("dml people undo takes back removals and merges, and remove --now leaves nothing to take back", async () => {
  await using cli = new PeopleCli();
  cli.write({ "a.jpg": portrait(0), "b.jpg": portrait(90) });
  await cli.run("enroll", "Ada", "./a.jpg");
  await cli.run("enroll", "Eve", "./b.jpg");
  const removed = await cli.run("remove", "Ada");
  assertStringIncludes(removed.errors, "`dml people undo` takes it back, for a week.");
  assertStringIncludes((await cli.run("trash")).out, "Ada");
  assertStringIncludes((await cli.run("undo")).out, "Taken back: Ada. 1 face restored; default version");
  await cli.run("merge", "Ada", "Eve");
  const [entry] = (await cli.run("trash", "--json")).json() as { entryId: string; kind: string; into: string }[];
  assertEquals([entry.kind, entry.into], ["merge", "Ada"]);
  assertStringIncludes((await cli.run("undo", entry.entryId)).out, "Taken back: the merge of Eve into Ada. 1 face");
  assertEquals(await cli.master.publisher.table("default"), [["Ada", 1, 0], ["Eve", 1, 0]]);
  await cli.run("remove", "--all");
  assertStringIncludes((await cli.run("undo")).out, "Taken back: the gallery default with 2 people. 2 faces");
  const forGood = await cli.run("remove", "Ada", "--now");
  assertEquals(forGood.errors, "");
  const nothing = await assertRejects(() => cli.run("undo"), DmlError);
  assertEquals([nothing.code, nothing.message], ["trash_unknown", "Nothing was removed from default within a week."]);
  await cli.run("remove", "Eve");
  assertStringIncludes((await cli.run("trash", "--empty")).out, "1 removal deleted for good.");
  assertStringIncludes((await cli.run("trash")).out, "Nothing was removed");
});

Deno.test("dml people export writes a file readable by its owner only, and importing it twice gives the same", async () => {
  await using cli = new PeopleCli();
  cli.write({ "a.jpg": portrait(0), "b.jpg": portrait(90) });
  await cli.run("enroll", "Ada", "./a.jpg");
  await cli.run("enroll", "Eve", "./b.jpg");
  assertStringIncludes((await cli.run("export", "./all.people")).out, "2 people with 2 faces of default");
  const file = join(cli.directory, "all.people");
  if (Deno.build.os !== "windows") assertEquals(Deno.statSync(file).mode! & 0o777, 0o600);
  assertEquals((await cli.run("export")).out, Deno.readTextFileSync(file));
  assertStringIncludes(
    (await cli.run("import", "./all.people", "-g", "copy")).out,
    "2 people and 2 faces added; copy version 1",
  );
  assertStringIncludes((await cli.run("import", "./all.people", "-g", "copy")).out, "0 faces added, 2 there already");
  Deno.writeTextFileSync(file, Deno.readTextFileSync(file).slice(0, -20));
  const cut = await assertRejects(() => cli.run("import", "./all.people"), DmlError);
  assertEquals(cut.code, "archive_invalid");
  const nowhere = await assertRejects(() => cli.run("export", "./no/such/place"), DmlError);
  assertEquals(nowhere.code, "output_unwritable");
  assertEquals([...Deno.readDirSync(cli.directory)].filter(({ name }) => name.includes("part")), []);
});

Deno.test("dml people test and calibrate read labelled folders", async () => {
  await using cli = new PeopleCli();
  cli.write({ "ada.jpg": portrait(0), "bob.jpg": portrait(90) });
  await cli.run("enroll", "Ada", "./ada.jpg");
  await cli.run("enroll", "Bob", "./bob.jpg");
  cli.write({
    "held/Ada/1.jpg": portrait(10),
    "held/Ada/2.jpg": portrait(85),
    "held/Ada/3.jpg": pictureOf({ x: 1, angle: 20, side: 200 }, { x: 90, angle: 90 }),
    "held/Bob/1.jpg": pictureOf(),
    "held/Stranger/1.jpg": portrait(200),
  });
  const { code, out } = await cli.run("test", "./held");
  assertEquals(code, 0);
  assertStringIncludes(out, "Ada was taken for Bob once");
  assertStringIncludes(out, "60.0 % correct, by default");
  assertStringIncludes(out, "Stranger (not enrolled)");
  const [score] = (await cli.run("test", "./held", "--json")).json() as { total: object }[];
  assertEquals(score.total, {
    correct: 3,
    wrong: 1,
    unknown: 0,
    uncertain: 0,
    poorQuality: 0,
    noFace: 1,
    failed: 0,
    pictures: 5,
  });
  cli.write({
    "all/Ada/1.jpg": portrait(0),
    "all/Ada/2.jpg": portrait(10),
    "all/Bob/1.jpg": portrait(90),
    "all/Bob/2.jpg": pictureOf({ x: 9, angle: 90, sharpness: 1 }),
  });
  const calibrated = await cli.run("calibrate", "./all", "--apply");
  assertStringIncludes(calibrated.out, "left out: 1 of poor quality");
  const [{ thresholds }] = (await cli.run("thresholds", "--json")).json() as { thresholds: { known: number } }[];
  assertStringIncludes((await cli.run("list")).out, "calibrated on 1970-01-01");
  assert(thresholds.known > Math.cos(80 * Math.PI / 180) && thresholds.known < Math.cos(10 * Math.PI / 180));
  const alone = await assertRejects(() => cli.run("calibrate", "./held/Ada"), DmlError);
  assertEquals(alone.code, "no_images");
});

Deno.test("dml people check shows faces that disagree, are nearer to others or are poor, and the best ones", async () => {
  await using cli = new PeopleCli();
  cli.write({
    "all/Ada/1.jpg": portrait(0),
    "all/Ada/2.jpg": portrait(20),
    "all/Ada/3.jpg": portrait(45),
    "all/Bob/1.jpg": portrait(120),
    "all/Bob/2.jpg": portrait(140),
    "wrong.jpg": portrait(128),
    "eve.jpg": portrait(330),
    "far.jpg": portrait(250),
  });
  await cli.run("enroll", "./all");
  const clean = await cli.run("check");
  assertEquals(clean.code, 0);
  assertStringIncludes(clean.out, "No fault in 5 faces of 2 people in default version");
  assertStringIncludes(clean.out, "known from 0.45, unknown below 0.38 (default for 5 enrolled faces)");
  await cli.run("enroll", "Ada", "./wrong.jpg");
  await cli.run("enroll", "Eve", "./eve.jpg");
  await cli.run("enroll", "Far", "./far.jpg");
  const { code, out } = await cli.run("check");
  assertEquals(code, 1);
  for (const part of ["wrong.jpg", "unlike the others, nearer to another person", "Ada's best: face_"]) {
    assertStringIncludes(out, part);
  }
  assertStringIncludes(out, "2 of 8 faces of 4 people should be looked at");
  type Face = { source: string; faults: string[]; other: { name: string }; ownSimilarity: number | null };
  type Best = { source: string; ownSimilarity: number | null; quality: { eyeDistance: number } };
  type Check = {
    people: number;
    found: { name: string; faces: Face[]; best: Best[] }[];
    best: { name: string; faces: Best[] }[];
  };
  const [all] = (await cli.run("check", "--json")).json() as Check[];
  const seen = all.found.map(({ name, faces, best }) => [
    name,
    faces.map(({ source, faults, other }) => [source, faults, other.name]),
    best.map(({ source }) => source),
  ]);
  assertEquals(seen, [
    ["Ada", [["wrong.jpg", ["unlike_own", "nearer_to_other"], "Bob"]], ["2.jpg", "1.jpg", "3.jpg"]],
    ["Eve", [["eve.jpg", ["nearer_to_other"], "Ada"]], []],
  ]);
  assertEquals(all.best.map(({ name, faces }) => [name, faces.map(({ source }) => source)]), [
    ["Ada", ["2.jpg", "1.jpg", "3.jpg"]],
    ["Bob", ["1.jpg", "2.jpg"]],
    ["Eve", []],
    ["Far", ["far.jpg"]],
  ]);
  assertEquals(all.best[1].faces[0].ownSimilarity?.toFixed(2), "0.94");
  const bob = await cli.run("check", "Bob");
  assertEquals(bob.code, 0);
  assert(/Bob's best: face_\S+ \(1\.jpg, own 0\.94, eyes 40\.0 px apart\), face_\S+ \(2\.jpg/.test(bob.out), bob.out);
  assert(!clean.out.includes("best"), "a gallery without faults is one line");
  const one = await cli.run("check", "Far", "--json");
  assertEquals([one.code, (one.json() as Check[])[0].found], [0, []]);
  await cli.run("thresholds", "--sharpness", "300");
  const blurred = (await cli.run("check", "Far")).out;
  for (const part of ["Far has no face without a fault", "too blurred"]) assertStringIncludes(blurred, part);
  const error = await assertRejects(() => cli.run("check", "Fa"), DmlError);
  assertEquals([error.code, error.advice], ["person_unknown", "Did you mean Far?"]);
});

Deno.test("dml people list, show, test and thresholds tell the thresholds in force and where they come from", async () => {
  await using cli = new PeopleCli();
  cli.write({ "a.jpg": portrait(0), "held/Ada/1.jpg": portrait(10), "crowd.people": archived(archiveOf("Crowd", 99)) });
  await cli.run("enroll", "Ada", "./a.jpg");
  await cli.run("import", "./crowd.people");
  const lines = [["list"], ["list", "--all"], ["show", "Ada"], ["test", "./held"], ["thresholds"]];
  const tell = async (text: string) => {
    for (const line of lines) assertStringIncludes((await cli.run(...line)).out, text, line.join(" "));
  };
  await tell("known from 0.479, unknown below 0.409 (default for 100 enrolled faces)");
  await cli.run("thresholds", "--margin", "0.1");
  await tell("known from 0.479, unknown below 0.409 (default for 100 enrolled faces)");
  await cli.run("thresholds", "--known", "0.6");
  await tell("known from 0.6, unknown below 0.409 (set by hand on 1970-01-01)");
  for (const line of lines.slice(2)) {
    const [{ thresholds, thresholdsOrigin }] = (await cli.run(...line, "--json")).json() as Record<string, unknown>[];
    assertEquals((thresholds as { known: number }).known, 0.6);
    assertEquals(thresholdsOrigin, { by: "hand", setMs: 0 });
  }
  await cli.run("thresholds", "--default");
  await tell("(default for 100 enrolled faces)");
});

function archived(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
