import fc from "fast-check";
import { assert, assertEquals } from "../../../assert.ts";
import { CoreWorld, idOf, type WorldNode } from "../../core_world.ts";

const ONE = idOf("node", 1);

/** A cluster with one node of one worker, and the order in which its tasks were assigned. */
class Line {
  readonly world = new CoreWorld();
  readonly owners = new Map<string, string>();
  readonly node: WorldNode = this.world.join(ONE);

  submit(owner: string): string {
    const taskId = this.world.submit(undefined, { owner });
    this.owners.set(taskId, owner);
    return taskId;
  }

  /** Answers the task that the node has had for longest. Returns its id; `null` if it has none. */
  finishOne(): string | null {
    const live = this.world.state.nodes.get(ONE)?.connection?.attempts ?? new Map();
    const [first] = live.values();
    if (first === undefined) return null;
    const { taskId } = first.task.spec;
    this.world.result(this.node, taskId, first.attempt);
    return taskId;
  }

  /** Returns the owners of the tasks in the order in which they were assigned. */
  get assigned(): string[] {
    return this.world.sentTo(this.node, "task.assign").map(({ taskId }) => this.owners.get(taskId)!);
  }
}

Deno.test("schedule() lets one photo behind a bulk of 40 be answered within three service times", () => {
  const line = new Line();
  for (let count = 0; count < 40; count++) line.submit("bulk");
  const single = line.submit("single");
  const answered = [line.finishOne(), line.finishOne(), line.finishOne()];
  assert(answered.includes(single), `it waits behind ${answered.length}`);
});

Deno.test("schedule() keeps the order of one owner's tasks, also after its node was lost", () => {
  const line = new Line();
  const tasks = Array.from({ length: 5 }, () => line.submit("one"));
  line.world.lose(line.node);
  const node = line.world.join(idOf("node", 2));
  const order = () => line.world.sentTo(node, "task.assign").map(({ taskId }) => taskId);
  for (let done = 0; done < 5; done++) line.world.result(node, order()[done], done < 2 ? 2 : 1);
  assertEquals(order(), tasks);
});

Deno.test("schedule() serves owners who always have tasks equally often, to within one task", () => {
  const bulks = fc.array(fc.integer({ min: 12, max: 30 }), { minLength: 2, maxLength: 5 });
  fc.assert(fc.property(bulks, (sizes) => {
    const line = new Line();
    const owners = sizes.map((_, index) => `owner ${index}`);
    for (const [index, size] of sizes.entries()) for (let count = 0; count < size; count++) line.submit(owners[index]);
    // The first tasks were assigned before the other owners came.
    const before = line.assigned.length;
    while (line.finishOne() !== null);
    const { assigned } = line;
    assertEquals(assigned.length, sizes.reduce((sum, size) => sum + size));
    const contended = assigned.slice(before, Math.min(...sizes) * owners.length - 2 * before);
    for (let end = 1; end <= contended.length; end++) {
      const counts = owners.map((owner) => contended.slice(0, end).filter((one) => one === owner).length);
      assert(Math.max(...counts) - Math.min(...counts) <= 1 + before, `${counts} after ${end}`);
    }
  }));
});

Deno.test("schedule() lets a newcomer wait for one task of each other owner at most, whatever they have", () => {
  const bulk = fc.record({ size: fc.integer({ min: 1, max: 40 }), served: fc.nat({ max: 40 }) });
  fc.assert(fc.property(fc.array(bulk, { minLength: 1, maxLength: 5 }), (bulks) => {
    const line = new Line();
    for (const [index, { size, served }] of bulks.entries()) {
      for (let count = 0; count < size; count++) line.submit(`owner ${index}`);
      for (let count = 0; count < served; count++) line.finishOne();
    }
    const before = line.assigned.length;
    line.submit("newcomer");
    while (line.finishOne() !== null);
    const ahead = line.assigned.slice(before).indexOf("newcomer");
    assert(ahead >= 0 && ahead <= bulks.length, `${ahead} tasks came before it`);
  }));
});
