import { join } from "node:path";
import { Cluster, readyFor } from "../../../tests/e2e/cluster.ts";
import { makeJpeg, makePicture } from "../../../tests/models/image/fixtures.ts";
import { runDml } from "../../dml_process.ts";
import { nodeMemory } from "../../node_processes.ts";
import { samplePhoto } from "../../sample_photos.ts";
import { greedyModel, type HostileModel, manifestBytesOf, spinningModel } from "../attacks/hostile_models.ts";
import { claimingSize, repeatingScans } from "../attacks/hostile_pictures.ts";
import { expectPhotoAnswered, outcomeOf } from "../asking.ts";
import { expect, type Trial } from "../trial.ts";

const SCANS = 253;
const REFUSALS = ["image_too_large", "image_unreadable", "memory_low", "task_poisoned"];
/** How the picture may end: that of the greedy model is answered where there is so much memory. */
const OUTCOMES = [
  "answered",
  "deadline_exceeded",
  "task_poisoned",
  "worker_died",
  "memory_low",
  "engine_failed",
  "attempt_failed",
];
/** Pictures and models that are made to do harm. */
export const HOSTILE_CONTENT: readonly Trial[] = [
  {
    name: "a large claim",
    done: "a photo is patched to claim 9,999 x 10,000 pixels",
    expected: "it is answered or refused, and the next photo is answered",
    run: async () => await withPicture(claimingSize(await samplePhoto(1), { width: 9_999, height: 10_000 })),
  },
  {
    name: "many scans",
    done: `a progressive JPEG of 1,200 x 800 pixels has ${SCANS} scans`,
    expected: "it is answered or refused, and the next photo is answered",
    async run() {
      const jpeg = await makeJpeg(makePicture(1_200, 800), { progressive: true });
      return await withPicture(repeatingScans(jpeg, SCANS));
    },
  },
  {
    name: "a worker that spins",
    done: "a model loops 5 x 10^15 times with one picture",
    expected: "the picture is refused, photos are answered meanwhile and afterwards",
    run: () => withModel(spinningModel("spin")),
  },
  {
    name: "a greedy model",
    done: "a model asks for 3.3 GB with one picture",
    expected: "the picture is answered or refused, photos are answered meanwhile and afterwards",
    run: () => withModel(greedyModel("greedy")),
  },
];

async function withPicture(picture: Uint8Array<ArrayBuffer>): Promise<string> {
  await using cluster = await Cluster.start();
  const node = await cluster.join("one");
  const outcome = await outcomeOf(cluster, picture);
  expect(outcome === "answered" || REFUSALS.includes(outcome), `the picture ended as ${outcome}`);
  await expectPhotoAnswered(cluster);
  expect(await node.stop() === 0, "the node did not end as it should");
  return outcome;
}

async function withModel(model: HostileModel): Promise<string> {
  await using cluster = await Cluster.start();
  const nodes = [await cluster.join("one", { workers: 2 }), await cluster.join("two", { workers: 2 })];
  const { name } = model.manifest;
  await Deno.writeFile(join(cluster.directory, "model.onnx"), model.file);
  await Deno.writeFile(join(cluster.directory, "model.json"), manifestBytesOf(model));
  const line = ["models", "add", "model.onnx", "--manifest", "model.json", "--name", name, "--yes", "--json"];
  const where = ["--master", cluster.address, "--home", cluster.directory];
  const { code, out } = await runDml([...line, ...where], { cwd: cluster.directory });
  expect(code === 0, `the model was not added: ${out}`);
  for (const node of nodes) await readyFor(node, `${name}@1`);
  const white = await makeJpeg({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(255) });
  let isOver = false;
  const harming = outcomeOf(cluster, white, name).finally(() => isOver = true);
  let answered = 0;
  while (!isOver || answered < 3) {
    await expectPhotoAnswered(cluster);
    answered++;
  }
  const outcome = await harming;
  expect(OUTCOMES.includes(outcome), `the picture ended as ${outcome}`);
  await expectPhotoAnswered(cluster);
  const held = Deno.build.os === "linux" ? Math.max(...nodes.map(({ pid }) => nodeMemory(pid).residentBytes)) : 0;
  for (const node of nodes) expect(await node.stop() === 0, "a node did not end as it should");
  const memory = held === 0 ? "" : `; a node holds ${Math.round(held / 2 ** 20)} MiB afterwards`;
  return `${outcome}; ${answered + 1} photos were answered${memory}`;
}
