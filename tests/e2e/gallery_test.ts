/**
 * Tests of people from their publication by the master, through nodes that are processes of their
 * own, to the recognition of real photos.
 */
import { assert, assertAlmostEquals, assertEquals } from "../assert.ts";
import type { GalleryPerson } from "../../models/gallery/gallery_bucket.ts";
import type { Person, Prediction } from "../../protocol/messages/prediction.ts";
import type { DmlProcess } from "../../tools/dml_process.ts";
import { samplePhoto } from "../../tools/sample_photos.ts";
import type { PredictOptions } from "../../user/client/cluster_client.ts";
import { somebody } from "../models/gallery/built_gallery.ts";
import { GalleryCluster } from "./gallery_cluster.ts";

const ASK: PredictOptions = { model: "faces", annotate: false, embeddings: false, gallery: "default" };

/** Returns the persons from left to right. */
function inOrder({ persons }: Prediction): Person[] {
  return persons.toSorted((one, other) => one.box.x - other.box.x);
}

async function ask(cluster: GalleryCluster, photo: number, options: Partial<PredictOptions> = {}): Promise<Prediction> {
  return (await cluster.client.predict(await samplePhoto(photo), { ...ASK, ...options })).prediction;
}

/** Waits until the gallery version is active on the node. */
function inForce(node: DmlProcess, version: number) {
  return node.logged("A gallery is active.", (line) => line.gallery === "default" && line.version === version);
}

/** Returns the red-haired woman on the right of the first photo as a person of a gallery. */
async function enrol(cluster: GalleryCluster): Promise<GalleryPerson> {
  const prediction = await ask(cluster, 1, { embeddings: true });
  assertEquals(prediction.gallery, undefined, "nobody is enrolled yet");
  assert(prediction.persons.every(({ recognition }) => recognition === undefined));
  return somebody("rosa", Float32Array.from(inOrder(prediction)[2].embedding!));
}

function names(prediction: Prediction): (string | null)[] {
  return inOrder(prediction).map(({ name }) => name);
}

/** Requests the same prediction several times at once, so that both nodes work. */
async function eachNode(cluster: GalleryCluster, photo: number): Promise<Prediction[]> {
  return await Promise.all(Array.from({ length: 6 }, () => ask(cluster, photo)));
}

Deno.test("people reach every node, are recognised, and survive a restart of the node", async () => {
  await using cluster = await GalleryCluster.start();
  const first = await cluster.join("first");
  const rosa = await enrol(cluster);
  const second = await cluster.join("second");

  assertEquals(await cluster.publish(1, [rosa]), { ready: 2, pending: 0, failed: 0 });
  for (const prediction of await eachNode(cluster, 3)) {
    assertEquals(prediction.gallery, { name: "default", version: 1 });
    assertEquals(names(prediction), [null, "Rosa", null]);
    const [left, middle, right] = inOrder(prediction);
    assertEquals([left, middle, right].map(({ recognition }) => recognition), ["unknown", "known", "unknown"]);
    assertAlmostEquals(middle.similarity!, 0.62, 0.03);
  }
  assertEquals(names(await ask(cluster, 1)), [null, null, "Rosa"]);
  for (const photo of [2, 4, 5, 6]) assert(names(await ask(cluster, photo)).every((name) => name === null), `${photo}`);
  assertEquals((await ask(cluster, 3, { gallery: null })).gallery, undefined, "no gallery was requested");

  // A new version is active on both nodes once its publication resolves.
  assertEquals(await cluster.publish(2, [{ ...rosa, name: "Rosalind" }]), { ready: 2, pending: 0, failed: 0 });
  for (const prediction of await eachNode(cluster, 3)) {
    assertEquals([prediction.gallery?.version, ...names(prediction)], [2, null, "Rosalind", null]);
  }

  // A node that restarts fetches nothing. The other node is stopped, so that this one answers.
  await second.stop();
  await first.stop();
  const again = await cluster.join("first");
  assertEquals((await inForce(again, 2)).fetchedBytes, 0);
  assertEquals(names(await ask(cluster, 3)), [null, "Rosalind", null]);

  // A node that joins later gets the people too.
  const third = await cluster.join("third");
  const { fetchedBytes } = await inForce(third, 2);
  assert(Number(fetchedBytes) > 512 * 4);
  await again.stop();
  assertEquals(names(await ask(cluster, 3)), [null, "Rosalind", null]);

  // All people are removed, so no face is compared with anyone.
  assertEquals(await cluster.publish(3, []), { ready: 1, pending: 0, failed: 0 });
  assertEquals((await ask(cluster, 3)).gallery, undefined);
});
