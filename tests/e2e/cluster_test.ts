/** Tests of the whole system: real processes, real TCP and HTTP, real models, real photos. */
import { FACES } from "../../models/catalog/faces.ts";
import { encodeManifest } from "../../models/manifest.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import type { DmlError } from "../../protocol/kernel/errors.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import { SAMPLE_FACES, samplePhoto, samplePhotos } from "../../tools/sample_photos.ts";
import type { Predicted } from "../../user/client/cluster_client.ts";
import { HttpClusterClient } from "../../user/client/http/cluster.ts";
import { MasterHttp } from "../../user/client/http/master_http.ts";
import { assert, assertEquals, assertGreater } from "../assert.ts";
import { Cluster, readyFor } from "./cluster.ts";

const PREDICT = { model: "faces", annotate: false, embeddings: false, gallery: null, crops: false } as const;
const PICTURES = 60;

/** Returns the part of an answer that must not depend on the node: everything but the times. */
function table(answers: readonly Predicted[]) {
  return answers.map(({ prediction: { persons, width, height, model } }) => ({
    persons,
    width,
    height,
    model,
  }));
}

async function predictAll(cluster: Cluster, pictures: readonly Uint8Array<ArrayBuffer>[], onAnswer = () => {}) {
  return await Promise.all(pictures.map(async (picture) => {
    const answer = await cluster.client.predict(picture, PREDICT);
    onAnswer();
    return answer;
  }));
}

Deno.test("a master and two nodes find every face on the six photos and return annotated JPEGs", async () => {
  await using cluster = await Cluster.start();
  await Promise.all([cluster.join("one"), cluster.join("two")]);
  const photos = await samplePhotos();
  const answers = await Promise.all(
    photos.map((photo) => cluster.client.predict(photo, { ...PREDICT, annotate: true })),
  );
  assertEquals(answers.map(({ prediction }) => prediction.persons.length), SAMPLE_FACES);
  for (const [index, { annotated, prediction }] of answers.entries()) {
    assert(annotated !== null && annotated[0] === 0xff && annotated[1] === 0xd8, `photo ${index + 1}`);
    assert(annotated.length !== photos[index].length);
    assertEquals(prediction.width, 1920);
  }
});

Deno.test("killing one of two nodes during 60 photos changes none of the 60 answers", async () => {
  await using cluster = await Cluster.start();
  const [, victim] = await Promise.all([cluster.join("stays"), cluster.join("dies")]);
  const photos = await samplePhotos();
  const pictures = Array.from({ length: PICTURES }, (_, index) => photos[index % photos.length]);
  const expected = table(await predictAll(cluster, pictures));
  let answered = 0;
  let killed: Promise<number> | null = null;
  const answers = await predictAll(cluster, pictures, () => {
    answered++;
    if (answered === 10) killed = victim.stop("SIGKILL");
  });
  assert(killed !== null);
  await killed;
  assertEquals(answered, PICTURES);
  assertEquals(table(answers), expected);
});

Deno.test("a third node that joins during the work gets tasks without any other action", async () => {
  await using cluster = await Cluster.start();
  await Promise.all([cluster.join("one"), cluster.join("two")]);
  const photo = await samplePhoto(1);
  const joined = cluster.join("three");
  let hasJoined = false;
  const work = async () => {
    // The loop ends only when the third node has completed a task, so the test needs no timeout of
    // its own.
    for (;;) {
      await cluster.client.predict(photo, PREDICT);
      const third = (await cluster.client.nodes()).find(({ name }) => name === "three");
      if (hasJoined && third !== undefined && third.completed > 0) return third.completed;
    }
  };
  const working = Promise.all(Array.from({ length: 8 }, work));
  await joined;
  hasJoined = true;
  assertGreater(Math.min(...await working), 0);
});

Deno.test("a model is sent to a node once; a node that returns still has it", async () => {
  await using cluster = await Cluster.start();
  const first = cluster.joinUnready("one");
  const { files } = FACES.manifest;
  const bytes = encodeManifest(FACES.manifest).bytes.length + files.reduce((sum, { size }) => sum + size, 0);
  assertEquals((await readyFor(first, "faces@1")).fetchedBytes, bytes);
  assertEquals(await first.stop("SIGTERM"), 0);
  const again = cluster.joinUnready("one");
  assertEquals((await readyFor(again, "faces@1")).fetchedBytes, 0);
  const { length } = await cluster.client.nodes();
  assertEquals(length, 1, "it is the same node");
});

Deno.test("nodes reconnect to a master that was killed and restarted, and it still knows them", async () => {
  await using cluster = await Cluster.start();
  const node = await cluster.join("one");
  const photo = await samplePhoto(2);
  const before = await cluster.client.predict(photo, PREDICT);
  const [{ nodeId, firstSeenMs }] = await cluster.client.nodes();
  await cluster.restartMaster();
  const after = await cluster.client.predict(photo, PREDICT);
  assertEquals(table([after]), table([before]));
  const [listed] = await cluster.client.nodes();
  assertEquals({ nodeId: listed.nodeId, firstSeenMs: listed.firstSeenMs }, { nodeId, firstSeenMs });
  assertEquals(await node.stop("SIGTERM"), 0);
});

Deno.test("pictures in flight are answered although the master is killed and restarted", async () => {
  await using cluster = await Cluster.start();
  await cluster.join("one");
  const photos = await samplePhotos();
  const pictures = Array.from({ length: 18 }, (_, index) => photos[index % photos.length]);
  const address = { hostname: "127.0.0.1", port: cluster.port };
  const refusals: string[] = [];
  const onRetry = ({ code }: DmlError) => refusals.push(code);
  const http = new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM, onRetry });
  const client = new HttpClusterClient(http);
  let restarted: Promise<void> | null = null;
  let answered = 0;
  const answers = await Promise.all(pictures.map(async (picture) => {
    const answer = await client.predict(picture, PREDICT);
    if (++answered === 3) restarted = cluster.restartMaster();
    return answer;
  }));
  assertEquals(
    answers.map(({ prediction }) => prediction.persons.length),
    pictures.map((_, index) => SAMPLE_FACES[index % 6]),
  );
  assert(refusals.includes("master_unreachable"), "some requests met no master and were retried");
  await restarted;
  await client.close();
});

Deno.test("SIGTERM lets a node finish its running tasks; nothing is lost", async () => {
  await using cluster = await Cluster.start();
  const [, leaves] = await Promise.all([cluster.join("stays"), cluster.join("leaves")]);
  const photos = await samplePhotos();
  const pictures = Array.from({ length: 18 }, (_, index) => photos[index % photos.length]);
  let answered = 0;
  let left: Promise<number> | null = null;
  const answers = await predictAll(cluster, pictures, () => {
    if (++answered === 3) left = leaves.stop("SIGTERM");
  });
  assertEquals(
    answers.map(({ prediction }) => prediction.persons.length),
    pictures.map((_, index) => SAMPLE_FACES[index % 6]),
  );
  assert(left !== null);
  assertEquals(await left, 0);
});

Deno.test("a node obeys drain, resume and shutdown", async () => {
  await using cluster = await Cluster.start();
  const node = await cluster.join("one");
  const [{ nodeId }] = await cluster.client.nodes();
  const stateOf = async () => (await cluster.client.nodes())[0].state;
  await cluster.client.command(nodeId, "drain");
  assertEquals(await stateOf(), "draining");
  await cluster.client.command(nodeId, "resume");
  assertEquals(await stateOf(), "ready");
  assertEquals((await cluster.client.predict(await samplePhoto(1), PREDICT)).prediction.persons.length, 3);
  await cluster.client.command(nodeId, "shutdown");
  assertEquals(await node.ended(), 0);
});
