/** Tests of a real cluster whose engines are killed, and whose nodes are. */
import { samplePhoto } from "../../tools/sample_photos.ts";
import { ENGINE_ENVIRONMENT } from "../../user/process/engine_command.ts";
import { assert, assertEquals } from "../assert.ts";
import { Cluster } from "./cluster.ts";
import { ended, enginesOf, isRunning, keeperOf } from "../../tools/node_processes.ts";

const PREDICT = { model: "faces", annotate: false, embeddings: false, gallery: null, crops: false } as const;
const PICTURES = 12;
const ignore = Deno.build.os !== "linux";

Deno.test({ name: "killing an engine in the middle of its work changes no answer", ignore }, async () => {
  await using cluster = await Cluster.start();
  const node = await cluster.join("one");
  const [engine] = enginesOf(node.pid);
  const environment = (await Deno.readTextFile(`/proc/${engine}/environ`)).split("\0").map((line) =>
    line.split("=")[0]
  );
  const unexpected = environment.filter((name) => !["", "PWD", "_", "OLDPWD", "SHLVL"].includes(name));
  assertEquals(unexpected.filter((name) => !ENGINE_ENVIRONMENT.includes(name)), []);
  const photo = await samplePhoto(1);
  let answered = 0;
  const answers = await Promise.all(Array.from({ length: PICTURES }, async () => {
    const answer = await cluster.client.predict(photo, PREDICT);
    if (++answered === 2) Deno.kill(engine, "SIGKILL");
    return answer.prediction.persons.length;
  }));
  assertEquals(answers, Array.from({ length: PICTURES }, () => 3));
  const [next] = enginesOf(node.pid);
  assert(next !== engine && !isRunning(engine));
});

Deno.test({ name: "a node that is killed or told to end leaves no engine behind", ignore }, async () => {
  await using cluster = await Cluster.start();
  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    const node = await cluster.join(`ends-by-${signal.toLowerCase()}`, { workers: 2 });
    const engines = enginesOf(node.pid);
    assertEquals(engines.length, 2);
    assertEquals(await node.stop(signal), signal === "SIGTERM" ? 0 : 137);
    await ended(engines);
  }
});

Deno.test({ name: "a node ends if the shell that keeps its engines does", ignore }, async () => {
  await using cluster = await Cluster.start();
  const node = await cluster.join("one");
  const engines = enginesOf(node.pid);
  Deno.kill(keeperOf(node.pid), "SIGKILL");
  assert(await node.ended() !== 0);
  await ended(engines);
});

Deno.test({ name: "signals to all of its processes let a node finish its work", ignore }, async () => {
  await using cluster = await Cluster.start();
  const node = await cluster.join("one");
  const engines = enginesOf(node.pid);
  const answer = cluster.client.predict(await samplePhoto(1), PREDICT);
  // A service manager and a terminal send the signal to every process of a service or a command.
  for (const pid of engines) for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.kill(pid, signal);
  assertEquals((await answer).prediction.persons.length, 3);
  assertEquals(enginesOf(node.pid), engines);
  assertEquals(await node.stop(), 0);
});
