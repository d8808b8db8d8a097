import { join } from "node:path";
import { Cluster } from "../../../tests/e2e/cluster.ts";
import { DmlProcess } from "../../dml_process.ts";
import { enginesOf } from "../../node_processes.ts";
import { SAMPLE_FACES, samplePhoto, samplePhotos } from "../../sample_photos.ts";
import { expectPhotoAnswered, PREDICT } from "../asking.ts";
import { expect, LeftOut, type Trial } from "../trial.ts";

const PICTURES = 12;
const AWAY_MS = 20_000;

/** Processes that are killed or stopped under load. */
export const DEATHS: readonly Trial[] = [
  {
    name: "kill -9 of an engine",
    done: `an engine is killed while ${PICTURES} pictures are asked about`,
    expected: "every picture is answered once",
    async run() {
      if (Deno.build.os !== "linux") throw new LeftOut("only Linux lists the processes of a node");
      await using cluster = await Cluster.start();
      const node = await cluster.join("one");
      return await askWhile(cluster, () => Deno.kill(enginesOf(node.pid)[0], "SIGKILL"));
    },
  },
  {
    name: "kill -9 of a node",
    done: `one of two nodes is killed while ${PICTURES} pictures are asked about`,
    expected: "every picture is answered once",
    async run() {
      await using cluster = await Cluster.start();
      const node = await cluster.join("one");
      await cluster.join("two");
      return await askWhile(cluster, () => Deno.kill(node.pid, "SIGKILL"));
    },
  },
  {
    name: "a frozen node",
    done: `one of two nodes is stopped (SIGSTOP) while ${PICTURES} pictures are asked about, and goes on later`,
    expected: "every picture is answered once, and the node comes back",
    async run() {
      if (Deno.build.os === "windows") throw new LeftOut("Windows has no SIGSTOP");
      await using cluster = await Cluster.start();
      const node = await cluster.join("one");
      await cluster.join("two");
      const answered = await askWhile(cluster, () => Deno.kill(node.pid, "SIGSTOP"));
      const stateOf = async () => (await cluster.client.nodes()).find(({ name }) => name === "one")?.state;
      await until(async () => await stateOf() === "offline");
      Deno.kill(node.pid, "SIGCONT");
      await until(async () => await stateOf() === "ready");
      return `${answered}; offline after 6 s, then ready again`;
    },
  },
  {
    name: "kill -9 of a user",
    done: "a batch is killed in the middle",
    expected: "the next user is answered, and the master ends as it should",
    async run() {
      await using cluster = await Cluster.start();
      await cluster.join("one");
      const line = ["predict", ...await written(cluster), "--no-annotate", "--json", "--master", cluster.address];
      const user = DmlProcess.start(line, { home: join(cluster.directory, "user"), readsOutput: true });
      await user.printed((output) => output.length >= 2);
      await user.stop("SIGKILL");
      await expectPhotoAnswered(cluster);
      expect(await cluster.master.stop() === 0, "the master did not end as it should");
      return "the photo of the next user was answered";
    },
  },
  {
    name: "a master that is away",
    done: `the master is killed in the middle of a batch, and started again after ${AWAY_MS / 1_000} s`,
    expected: "the batch is answered, every picture once",
    run: loseMaster,
  },
];

async function loseMaster(): Promise<string> {
  await using cluster = await Cluster.start();
  await cluster.join("one");
  const { controlPort } = await cluster.client.info();
  const line = ["predict", ...await written(cluster), "--no-annotate", "--json", "--gallery", "none"];
  const flags = ["--concurrency", "1", "--outage", "5m", "--master", cluster.address];
  const user = DmlProcess.start([...line, ...flags], { home: join(cluster.directory, "user"), readsOutput: true });
  await user.printed((output) => output.length >= 2);
  await cluster.master.stop("SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
  await cluster.restartMaster({ controlPort });
  const code = await user.ended();
  expect(code === 0, `predict ended with ${code}: ${user.lines.join("\n")}`);
  const persons = user.output.map((text) => JSON.parse(text).prediction.persons.length);
  expect(persons.join() === SAMPLE_FACES.join(), `it found ${persons.join()} persons`);
  return `${persons.length} pictures were answered once each`;
}

/** Asks about many pictures, and calls `strike` when two were answered. */
async function askWhile(cluster: Cluster, strike: () => void): Promise<string> {
  const photo = await samplePhoto(1);
  let answered = 0;
  const answers = await Promise.all(Array.from({ length: PICTURES }, async () => {
    const { prediction } = await cluster.client.predict(photo, PREDICT);
    if (++answered === 2) strike();
    return prediction.persons.length;
  }));
  expect(answers.every((persons) => persons === SAMPLE_FACES[0]), `the answers were ${answers.join()}`);
  await expectPhotoAnswered(cluster);
  return `${answers.length} of ${PICTURES} pictures were answered`;
}

async function written({ directory }: Cluster): Promise<string[]> {
  const photos = await samplePhotos();
  const names = photos.map((_, index) => `photo${index + 1}.jpg`);
  await Promise.all(photos.map((photo, index) => Deno.writeFile(join(directory, names[index]), photo)));
  return names.map((name) => join(directory, name));
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!await isTrue()) await new Promise((resolve) => setTimeout(resolve, 200));
}
