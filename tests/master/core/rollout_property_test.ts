import fc from "fast-check";
import { assert, assertEquals } from "../../assert.ts";
import type { MasterEvent } from "../../../master/core/messages/event.ts";
import { restore } from "../../../master/core/apply/restore.ts";
import { createState } from "../../../master/core/state/state.ts";
import { LedgerWriter } from "../../../master/turn/ledger_writer.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import type { WorldNode } from "../core_world.ts";
import { FailingLedger } from "../failing_ledger.ts";
import { RolloutWorld } from "../rollout_world.ts";

const NODES = 3;

type Step =
  | { readonly do: "join" | "lose" | "ready"; readonly node: number }
  | { readonly do: "ask" | "tick" | "begin" | "back" | "pin" }
  | { readonly do: "answer"; readonly pick: number; readonly persons: number; readonly serviceMs: number }
  | { readonly do: "fail"; readonly pick: number; readonly code: string };

const node = fc.nat({ max: NODES - 1 });
const pick = fc.nat({ max: 100 });
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("join" as const, "ready" as const), node }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), node }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constant("ask" as const) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant("tick" as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("begin" as const, "back" as const, "pin" as const) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant("answer" as const),
        pick,
        persons: fc.constantFrom(0, 0, 0, 2),
        serviceMs: fc.constantFrom(10, 10, 100),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("fail" as const),
        pick,
        code: fc.constantFrom("engine_failed", "worker_died", "image_unreadable", "shutting_down", "queue_full"),
      }),
    },
  ) as fc.Arbitrary<Step>,
  { maxLength: 150, size: "max" },
);

/** A cluster in which versions change while users request predictions. */
class Play {
  readonly world = new RolloutWorld({ canaryPatienceMs: 2_000, taskDeadlineMs: 20_000 });
  readonly asked: string[] = [];
  readonly #joined: (WorldNode | null)[] = Array(NODES).fill(null);

  run(play: readonly Step[]): void {
    for (const step of play) this.#do(step);
    for (const joined of this.world.nodes) this.world.readyAll(joined);
    this.world.tick(150);
  }

  #do(step: Step): void {
    const { world } = this;
    switch (step.do) {
      case "join":
        this.#joined[step.node] ??= world.add(step.node + 1);
        return;
      case "ready":
        if (this.#joined[step.node]) world.readyAll(this.#joined[step.node]!);
        return;
      case "lose": {
        const lost = this.#joined[step.node];
        if (lost === null) return;
        world.lose(lost);
        world.nodes.splice(world.nodes.indexOf(lost), 1);
        this.#joined[step.node] = null;
        return;
      }
      case "ask":
        this.asked.push(world.ask().spec.taskId);
        return;
      case "tick":
        return world.tick();
      case "begin": {
        const to = world.latest === world.oldDigest ? 2 : 1;
        const canary = this.asked.length % 3 === 0 ? 0 : 0.5;
        world.begin({ canary, canaryTasks: 2, compare: this.asked.length % 2 === 0 }, { version: to });
        return;
      }
      case "back":
        world.tell({ type: "roll_back", name: "empty" });
        return;
      case "pin":
        world.tell({ type: "pin_version", name: "empty", version: 2, pinned: this.asked.length % 2 === 0 });
        return;
      case "answer":
      case "fail": {
        const running = [...world.state.tasks.values()].filter(({ attempts }) => attempts.length > 0);
        if (running.length === 0) return;
        const task = running[step.pick % running.length];
        if (step.do === "answer") world.finish(task, step);
        else world.break(task, step.code);
      }
    }
  }
}

function isOf<Type extends MasterEvent["type"]>(type: Type) {
  return (event: MasterEvent): event is Extract<MasterEvent, { type: Type }> => event.type === type;
}

Deno.test("a rollout answers every user once, and moves the latest version at most once", () => {
  const stages = new Map<string, number>();
  fc.assert(
    fc.property(steps, (play) => {
      const cluster = new Play();
      cluster.run(play);
      const { events, state, answers } = cluster.world;
      for (const taskId of cluster.asked) assertEquals(answers.get(taskId)?.length, 1, `${taskId}: one answer`);
      assertEquals(state.waitingCount, 0);
      for (const { taskCount } of state.models.values()) assertEquals(taskCount, 0);
      let latest = cluster.world.oldDigest;
      let moves = 0;
      for (const event of events) {
        if (isOf("rollout_begun")(event)) {
          assertEquals(event.spec.from, latest, "it begins at the latest version");
          moves = 0;
        } else if (isOf("latest_moved")(event)) {
          latest = event.to;
          moves++;
        } else if (isOf("rollout_ended")(event)) {
          const { stage, fromDigest, toDigest } = event.record;
          stages.set(stage, (stages.get(stage) ?? 0) + 1);
          assertEquals(moves, stage === "promoted" ? 1 : 0);
          assertEquals(latest, stage === "promoted" ? toDigest : fromDigest);
        }
      }
      assertEquals(state.lineages.get("empty")?.latest, latest);
    }),
    { numRuns: 300 },
  );
  for (const stage of ["promoted", "rolled_back"]) {
    assert((stages.get(stage) ?? 0) > 10, `${stage} happened: ${JSON.stringify([...stages])}`);
  }
});

Deno.test("everything that is confirmed, or served as the latest, is in the ledger, however often writing fails", () => {
  let refused = 0;
  fc.assert(
    fc.property(steps, fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 20 }), (play, lengths) => {
      const cluster = new Play();
      const { world } = cluster;
      const ledger = new FailingLedger();
      const writer = new LedgerWriter({ ledger, log: SILENT_LOG });
      writer.writeOrRemember(world.events);
      let kept = 0;
      world.persistFirst = (events) => {
        const fault = writer.write(events.slice(kept));
        if (fault === null) kept = events.length;
        else refused++;
        return fault;
      };
      world.afterTurn = (events) => {
        writer.writeOrRemember(events.slice(kept));
        kept = 0;
        const { lineages, pinned } = ledger.load();
        for (const { name, latest } of lineages) assertEquals(world.state.lineages.get(name)?.latest, latest);
        assertEquals(new Set(pinned), world.state.lineages.get("empty")?.pinned);
      };
      for (const [index, length] of lengths.entries()) {
        ledger.isFull = index % 2 === 1;
        cluster.run(play.splice(0, length));
      }
      ledger.isFull = false;
      world.tick();
      const restored = createState();
      const { nodes, models, lineages, pinned, rollouts } = ledger.load();
      restore(restored, { nodes, models, lineages, pinned, rollouts }, { nowMs: 0, wallMs: 0 });
      assertEquals([...restored.nodes.keys()].sort(), [...world.state.nodes.keys()].sort());
      for (const [name, { latest, previous, history, rollout }] of world.state.lineages) {
        const lineage = restored.lineages.get(name);
        assertEquals([lineage?.latest, lineage?.previous, lineage?.history], [latest, previous, history]);
        assertEquals(lineage?.rollout?.spec.rolloutId, rollout?.spec.rolloutId);
      }
    }),
    { numRuns: 100 },
  );
  assert(refused > 10, `${refused} changes were refused`);
});

Deno.test("a failure of the new version never reaches a user", () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 20 }), (play, salt) => {
      const cluster = new Play();
      const { world } = cluster;
      world.add(1);
      world.canary({ canary: 1, canaryTasks: salt });
      cluster.run(play.filter((step) => step.do === "tick" || step.do === "ask"));
      // Every task of the new version fails, every task of the old one is answered.
      for (let round = 0; round < 400 && world.state.tasks.size > 0; round++) {
        const task = [...world.state.tasks.values()].find(({ attempts }) => attempts.length > 0);
        if (task === undefined) world.tick();
        else if (task.model.name === "empty@2") world.break(task, "engine_failed");
        else world.finish(task);
      }
      for (const taskId of cluster.asked) {
        const answer = world.answerOf(taskId);
        assert(answer?.ok || answer?.code === "deadline_exceeded", JSON.stringify(answer));
      }
      assertEquals(world.latest, world.oldDigest);
    }),
    { numRuns: 50 },
  );
});
