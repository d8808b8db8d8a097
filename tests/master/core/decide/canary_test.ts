import { assert, assertEquals } from "../../../assert.ts";
import { newId } from "../../../../protocol/kernel/id.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { isCanary, versionFor } from "../../../../master/core/decide/canary.ts";
import { RolloutWorld } from "../../rollout_world.ts";

const OPTIONS = { annotate: false, embeddings: false, gallery: null, crops: false };
const random = seededRandom(1);
const TASK_IDS = Array.from({ length: 5_000 }, () => newId("task", random));

Deno.test("isCanary() selects about the requested share, always the same tasks, and more for a larger share", () => {
  for (const share of [0, 0.05, 0.2, 0.5, 1]) {
    const taken = TASK_IDS.filter((taskId) => isCanary(taskId, share));
    assert(
      Math.abs(taken.length / TASK_IDS.length - share) < 0.03,
      `${taken.length} of ${TASK_IDS.length} at ${share}`,
    );
    assertEquals(taken.every((taskId) => isCanary(taskId, Math.min(1, share + 0.1))), true);
  }
});

Deno.test("versionFor() sends only tasks for the latest version to the new version", () => {
  const world = new RolloutWorld();
  world.add(1);
  const ask = (follows?: string) => {
    const task = { taskId: TASK_IDS[0], manifestDigest: world.oldDigest, follows, options: OPTIONS };
    return versionFor(world.state, task).manifestDigest;
  };
  assertEquals(ask("empty"), world.oldDigest, "nothing is rolled out");
  world.canary({ canary: 1 });
  assertEquals(ask("empty"), world.newDigest);
  assertEquals(ask(), world.oldDigest, "a version was asked for");
});

Deno.test("versionFor() never sends a user's task to a version that no node serves any more", () => {
  const world = new RolloutWorld();
  const node = world.add(1);
  world.canary({ canary: 1 });
  world.lose(node);
  world.nodes.pop();
  world.tick();
  const task = { taskId: TASK_IDS[0], manifestDigest: world.oldDigest, follows: "empty", options: OPTIONS };
  assertEquals(versionFor(world.state, task), { manifestDigest: world.oldDigest });
});

Deno.test("versionFor() sends no task to a new version that cannot look for faces as it asks", () => {
  const world = new RolloutWorld();
  world.add(1);
  world.canary({ canary: 1 });
  const task = { taskId: TASK_IDS[0], manifestDigest: world.oldDigest, follows: "empty", options: OPTIONS };
  assertEquals(versionFor(world.state, task).manifestDigest, world.newDigest);
  for (const more of [{ smallFaces: true }, { anyAngle: true }] as const) {
    const asked = { ...task, options: { ...OPTIONS, ...more } };
    assertEquals(versionFor(world.state, asked), { manifestDigest: world.oldDigest });
  }
});
