/**
 * Tests of people with real processes, real models, and real photos, two of which show the same
 * woman.
 */
import { join } from "node:path";
import type { Person } from "../../protocol/messages/prediction.ts";
import { parseAs, z } from "../../protocol/schema.ts";
import { runDml } from "../../tools/dml_process.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import { assert, assertEquals, assertGreater } from "../assert.ts";
import { Cluster } from "./cluster.ts";
import { faceViews, writeFolders } from "./face_folders.ts";

/**
 * Runs `dml people …` against `cluster` and returns its standard output. Fails with that output
 * unless the exit code is 0.
 */
async function people(cluster: Cluster, ...line: string[]): Promise<string> {
  const { code, out } = await runDml(["people", ...line, "--master", cluster.address], { cwd: cluster.directory });
  assertEquals(code, 0, `dml people ${line.join(" ")}: ${out}`);
  return out;
}

async function writePhotos(cluster: Cluster, ...numbers: number[]): Promise<void> {
  for (const number of numbers) {
    await Deno.writeFile(join(cluster.directory, `sample${number}.jpg`), await samplePhoto(number));
  }
}

/**
 * Returns the recognised names on a photo, from left to right; `null` stands for an unknown person.
 */
async function namesOn(cluster: Cluster, number: number, gallery = "default"): Promise<(string | null)[]> {
  const options = { model: "faces", annotate: false, embeddings: false, gallery };
  const { prediction } = await cluster.client.predict(await samplePhoto(number), options);
  const middle = ({ box }: Person) => box.x + box.width / 2;
  return [...prediction.persons].sort((one, other) => middle(one) - middle(other)).map(({ name }) => name);
}

/** Returns the recognised names from each node alone, while the others are draining. */
async function namesOnEachNode(cluster: Cluster, number: number): Promise<(string | null)[][]> {
  const nodes = await cluster.client.nodes();
  const found: (string | null)[][] = [];
  for (const { nodeId } of nodes) {
    const others = nodes.filter((other) => other.nodeId !== nodeId);
    for (const other of others) await cluster.client.command(other.nodeId, "drain");
    found.push(await namesOn(cluster, number));
    for (const other of others) await cluster.client.command(other.nodeId, "resume");
  }
  return found;
}

const NOBODY = [null, null, null];

Deno.test("the woman on one photo is recognised on another by every node, and nobody else is", async () => {
  await using cluster = await Cluster.start();
  await Promise.all([cluster.join("one"), cluster.join("two")]);
  await writePhotos(cluster, 1, 3);
  const enrolled = JSON.parse(await people(cluster, "enroll", "Ada", "sample1.jpg", "--face", "3", "--json"));
  assertEquals(enrolled.inForce, { version: 1, ready: 2, pending: 0, failed: 0 });
  const found = await namesOnEachNode(cluster, 3);
  assertEquals(found, [[null, "Ada", null], [null, "Ada", null]]);
  for (const number of [2, 4, 5, 6]) {
    assertEquals((await namesOn(cluster, number)).filter((name) => name !== null), [], `sample${number}`);
  }
  await people(cluster, "rename", "Ada", "Ada Lovelace");
  assertEquals(await namesOn(cluster, 3), [null, "Ada Lovelace", null]);
  await cluster.restartMaster();
  assertEquals(
    await namesOn(cluster, 3),
    [null, "Ada Lovelace", null],
    "she is still enrolled after a restart of the master",
  );
  await people(cluster, "reject", "Ada Lovelace", "sample3.jpg");
  assertEquals(await namesOnEachNode(cluster, 3), [NOBODY, NOBODY]);
  assertEquals(await namesOn(cluster, 1), [null, null, "Ada Lovelace"]);
  await people(cluster, "remove", "Ada Lovelace", "--yes");
  assertEquals(await namesOn(cluster, 1), NOBODY);
});

Deno.test("people exported from one master are recognised by another after import", async () => {
  await using from = await Cluster.start();
  await using to = await Cluster.start();
  await Promise.all([from.join("one"), to.join("two")]);
  await writePhotos(from, 1);
  await people(from, "enroll", "Ada", "sample1.jpg", "--face", "3", "--meta", "team=engines", "--gallery", "staff");
  const file = join(from.directory, "staff.people");
  await people(from, "export", file, "--gallery", "staff");
  await people(to, "import", file, "--gallery", "staff");
  assertEquals(await namesOn(to, 3, "staff"), [null, "Ada", null]);
  const shown = JSON.parse(await people(to, "show", "Ada", "--gallery", "staff", "--json"));
  assertEquals(shown.person.metadata, { team: "engines" });
  assertEquals(await people(to, "export", "--gallery", "staff"), await Deno.readTextFile(file));
});

const scoreSchema = z.looseObject({
  total: z.looseObject({ pictures: z.number(), correct: z.number(), wrong: z.number(), failed: z.number() }),
  accuracy: z.number(),
});
const calibrationSchema = z.looseObject({ known: z.number(), unknown: z.number(), errorRate: z.number() });

Deno.test("folders of faces are enrolled, tested and calibrated", async () => {
  await using cluster = await Cluster.start();
  await cluster.join("one");
  // The woman on the first photo is also on the third; the first two photos have no person in
  // common.
  const { faces } = await faceViews(cluster.client, 2);
  assertEquals(faces.length, 6);
  const label = (index: number) => `person ${index + 1}`;
  const [enrolled, held, all] = ["enrolled", "held", "all"].map((name) => join(cluster.directory, name));
  await writeFolders(enrolled, Object.fromEntries(faces.slice(0, 4).map(([first], at) => [label(at), [first]])));
  await writeFolders(held, Object.fromEntries(faces.map((views, at) => [label(at), views.slice(1)])));
  await writeFolders(all, Object.fromEntries(faces.map((views, at) => [label(at), views])));
  const lines = (await people(cluster, "enroll", enrolled, "--json")).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(lines.map(({ ok, person }) => [ok, person]), [0, 1, 2, 3].map((at) => [true, label(at)]));
  const { found: findings, ...checked } = JSON.parse(await people(cluster, "check", "--json"));
  assertEquals([checked.people, checked.faces, findings], [4, 4, []]);
  assertEquals(checked.thresholdsOrigin, { by: "default", faces: 4 });
  const score = parseAs(scoreSchema, JSON.parse(await people(cluster, "test", held, "--json")), {
    what: "The score",
    code: "internal",
  });
  assertEquals([score.total.pictures, score.total.failed, score.total.wrong], [12, 0, 0]);
  assertGreater(score.accuracy, 0.7);
  const before = JSON.parse(await people(cluster, "thresholds", "--json")).thresholds;
  const found = parseAs(calibrationSchema, JSON.parse(await people(cluster, "calibrate", all, "--apply", "--json")), {
    what: "The calibration",
    code: "internal",
  });
  assert(found.unknown <= found.known && found.errorRate < 0.2);
  const after = JSON.parse(await people(cluster, "thresholds", "--json")).thresholds;
  assertEquals(after, { ...before, known: found.known, unknown: found.unknown });
  assert((await people(cluster, "calibrate", all)).includes("threshold"), "and as a table");
});
