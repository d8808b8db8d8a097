/** Tests with real processes of a master whose disk has changed single bits. */
import { join } from "node:path";
import { flipBits } from "../../../tools/chaos/attacks/flip_bits.ts";
import { runDml } from "../../../tools/dml_process.ts";
import { samplePhoto } from "../../../tools/sample_photos.ts";
import { assertEquals, assertGreater, assertStringIncludes } from "../../assert.ts";
import { Cluster } from "../cluster.ts";

Deno.test("a bit flipped in every blob of the master costs the crops, and nothing else", async () => {
  await using cluster = await Cluster.start();
  await cluster.join("one");
  const photo = join(cluster.directory, "sample1.jpg");
  await Deno.writeFile(photo, await samplePhoto(1));
  const people = (...line: string[]) =>
    runDml(["people", ...line, "--master", cluster.address], { cwd: cluster.directory });
  assertEquals((await people("enroll", "Ada", photo, "--face", "3")).code, 0);
  const blobs = join(cluster.directory, "master", "master", "blobs");
  assertGreater(await flipBits(join(blobs, "sha256")), 5);
  await cluster.nodes[0].stop();
  await cluster.restartMaster();
  const noticed = await cluster.master.logged(
    "Files of a gallery were damaged or missing; it is built again from the people in the store.",
  );
  assertEquals([noticed.gallery, noticed.damaged, noticed.missing], ["default", 2, 0]);
  await cluster.join("fresh");
  const options = { model: "faces", annotate: false, embeddings: false, gallery: "default" };
  const { prediction } = await cluster.client.predict(await samplePhoto(3), options);
  assertEquals(prediction.persons.map(({ name }) => name), [null, "Ada", null]);
  assertEquals((await people("enroll", "Bob", photo, "--face", "1")).code, 0);
  const exported = await people("export", "people.ndjson");
  assertEquals(exported.code, 1);
  assertStringIncludes(exported.out, "2 people with 1 face");
  const left = await cluster.master.logged("A face is left out of an export: its crop is damaged or missing.");
  assertEquals([left.gallery, left.person, left.source], ["default", "Ada", "sample1.jpg"]);
  assertGreater([...Deno.readDirSync(join(blobs, "damaged"))].length, 5);
});
