import fc from "fast-check";
import { assert, assertEquals } from "../../assert.ts";
import type { MasterState } from "../../../master/core/state/state.ts";
import { capacityOf } from "../../../master/core/scheduler/feasible.ts";
import { labelsOf } from "../../../master/core/fleet/node_labels.ts";
import { PendingResults } from "../../../master/control/pending_results.ts";
import { type Digest, digestOf } from "../../../protocol/kernel/digest.ts";
import { acceptResult, CoreWorld, emptyManifest, idOf, type WorldNode } from "../core_world.ts";

const NODES = 4;
const CODES = [
  "worker_died",
  "image_unreadable",
  "blob_not_found",
  "shutting_down",
  "deadline_exceeded",
  "no_such_code",
];

type Step =
  | { readonly do: "join" | "lose" | "drain" | "resume"; readonly node: number }
  /** `label`: gives a node the label gpu; `bind`: gives the second model only to such nodes. */
  | { readonly do: "label" | "unlabel" | "bind" | "unbind"; readonly node: number }
  | { readonly do: "submit"; readonly model: number; readonly owner: number }
  /**
   * `early`: a result whose picture has not arrived yet; `arrive`: the arrival of one of those
   * pictures.
   */
  | { readonly do: "cancel" | "result" | "again" | "early" | "arrive"; readonly pick: number }
  | { readonly do: "fail"; readonly pick: number; readonly code: string }
  | { readonly do: "pass"; readonly ms: number };

const pick = fc.nat({ max: 1_000 });
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: nodeStep("join") },
    { weight: 1, arbitrary: nodeStep("lose") },
    { weight: 1, arbitrary: nodeStep("drain") },
    { weight: 1, arbitrary: nodeStep("resume") },
    { weight: 1, arbitrary: nodeStep("label") },
    { weight: 1, arbitrary: nodeStep("unlabel") },
    { weight: 1, arbitrary: nodeStep("bind") },
    { weight: 1, arbitrary: nodeStep("unbind") },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant("submit" as const),
        model: fc.nat({ max: 1 }),
        owner: fc.nat({ max: 2 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant("result" as const), pick }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("again" as const), pick }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("early" as const), pick }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("arrive" as const), pick }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("fail" as const),
        pick,
        code: fc.constantFrom(...CODES),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat({ max: 4_000 }) }),
    },
  ) as fc.Arbitrary<Step>,
  { maxLength: 150, size: "max" },
);

function nodeStep<What extends Extract<Step, { node: number }>["do"]>(what: What) {
  return fc.record({ do: fc.constant(what), node: fc.nat({ max: NODES - 1 }) });
}

/** A cluster that executes the steps. */
class Play {
  readonly world = new CoreWorld({ tasksQueuedMax: 20, taskDeadlineMs: 20_000 });
  readonly submitted: string[] = [];
  readonly models = [this.world.manifestDigest, this.world.register(emptyManifest("other"))];
  readonly nodes: (WorldNode | null)[] = Array(NODES).fill(null);
  /** Attempts that nodes have ended; a repeated report must change nothing. */
  readonly ended: { node: WorldNode; taskId: string; attempt: number }[] = [];
  /** Annotated pictures that the master has, and those that nodes have announced. */
  readonly here = new Set<Digest>();
  readonly named: Digest[] = [];
  readonly results = new PendingResults({
    state: this.world.state,
    post: (command) => void this.world.turn(command),
    holdsBlob: (digest) => this.here.has(digest),
  });

  run(play: readonly Step[]): void {
    for (const step of play) {
      this.#do(step);
      this.#check();
    }
  }

  #check(): void {
    const { world, results, here } = this;
    checkConsistent(world.state);
    results.sweep();
    const live = [...world.state.tasks.values()].reduce((count, { attempts }) => count + attempts.length, 0);
    assert(results.size <= live, "only results of live attempts wait for their pictures");
    const bound = world.state.fleet.bindings.has("other");
    for (const { record, connection } of world.state.nodes.values()) {
      const status = connection?.models.get(this.models[1])?.state;
      const isAllowed = !bound || labelsOf(world.state, record).includes("gpu");
      assert(isAllowed || status === undefined || status === "unsuitable", "a bound model is only where it may be");
    }
    for (const [outcome] of world.answers.values()) {
      const digest = outcome.ok ? outcome.annotated?.digest : undefined;
      assert(digest === undefined || here.has(digest), "no answer names a picture that is not there");
    }
  }

  /** Lets everything that is still open reach its deadline. */
  finish(): void {
    this.world.pass(25_000, { stepMs: 1_000 });
    this.#check();
  }

  #do(step: Step): void {
    const { world, nodes } = this;
    switch (step.do) {
      case "join":
        nodes[step.node] ??= world.join(idOf("node", step.node), { workers: step.node % 2 + 1 });
        return;
      case "lose":
        if (nodes[step.node] !== null) world.lose(nodes[step.node]!);
        nodes[step.node] = null;
        return;
      case "drain":
      case "resume": {
        const commandId = idOf("command", world.events.length);
        const nodeId = idOf("node", step.node);
        world.turn({ type: "run_node_command", commandId, nodeId, command: step.do });
        return;
      }
      case "label":
      case "unlabel": {
        const change = step.do === "label" ? { set: ["gpu"], remove: [] } : { set: [], remove: ["gpu"] };
        const commandId = idOf("command", world.events.length);
        world.turn({ type: "change_labels", commandId, nodeId: idOf("node", step.node), change });
        return;
      }
      case "bind":
      case "unbind": {
        const labels = step.do === "bind" ? ["gpu"] : [];
        world.turn({ type: "bind_model", commandId: idOf("command", world.events.length), name: "other", labels });
        return;
      }
      case "submit":
        this.submitted.push(world.submit(this.models[step.model], { annotate: true, owner: `owner ${step.owner}` }));
        return;
      case "cancel": {
        const taskId = this.submitted[step.pick % this.submitted.length];
        if (taskId !== undefined) world.turn({ type: "cancel_task", taskId });
        return;
      }
      case "result":
      case "fail": {
        const live = this.#live();
        if (live.length === 0) return;
        const { node, taskId, attempt, model } = live[step.pick % live.length];
        this.ended.push({ node, taskId, attempt });
        if (!("code" in step)) world.result(node, taskId, attempt, model);
        else world.fail(node, taskId, attempt, { code: step.code });
        return;
      }
      case "early": {
        const live = this.#live();
        if (live.length === 0) return;
        const { node, taskId, attempt, model } = live[step.pick % live.length];
        const annotated = digestOf(new TextEncoder().encode(`${taskId} ${attempt}`));
        this.named.push(annotated);
        this.results.accept(acceptResult(node, { taskId, attempt, model, annotated }));
        return;
      }
      case "arrive": {
        const digest = this.named[step.pick % this.named.length];
        if (digest === undefined) return;
        this.here.add(digest);
        this.results.pictureArrived(digest);
        return;
      }
      case "again": {
        const old = this.ended[step.pick % this.ended.length];
        if (old === undefined) return;
        // The repeated result must cause no event; other events can only come from the turn itself.
        assertEquals(world.result(old.node, old.taskId, old.attempt), []);
        return;
      }
      case "pass":
        world.pass(step.ms, { alive: nodes.filter((node) => node !== null) });
    }
  }

  #live() {
    return [...this.world.state.tasks.values()].flatMap((task) =>
      task.attempts.flatMap(({ attempt, nodeId }) => {
        const node = this.nodes.find((candidate) => candidate?.nodeId === nodeId);
        const { taskId } = task.spec;
        return node ? [{ node, taskId, attempt, model: task.model.name }] : [];
      })
    );
  }
}

function checkConsistent(state: MasterState): void {
  let waiting = 0;
  for (const task of state.tasks.values()) {
    if (task.waiting) waiting++;
    assert(task.waiting !== (task.attempts.length > 0), "a task waits or runs, never both or none");
    assert(task.attempts.length <= 2, "at most two attempts at once");
    assert(task.failures < state.settings.attemptsMax, "no task outlives its last attempt");
    for (const { nodeId, attempt } of task.attempts) {
      const held = state.nodes.get(nodeId)?.connection?.attempts.get(task.spec.taskId);
      assertEquals(held?.attempt, attempt, "task and node agree on the running attempts");
    }
  }
  assertEquals(state.waitingCount, waiting);
  let queued = 0;
  for (const model of state.models.values()) queued += model.waiting.size;
  assertEquals(queued, waiting);
  for (const node of state.nodes.values()) {
    const running = node.connection?.attempts.size ?? 0;
    assert(running <= capacityOf(node, state.settings), "never more than a node can hold");
    assert((node.connection?.backlogMs ?? 0) >= -1e-6);
  }
}

Deno.test("runTurn() answers every task exactly once, whatever nodes and users do", () => {
  fc.assert(
    fc.property(steps, (play) => {
      const cluster = new Play();
      cluster.run(play);
      cluster.finish();
      assertEquals(cluster.world.state.tasks.size, 0, "no task is left over");
      for (const taskId of cluster.submitted) {
        assertEquals(cluster.world.answers.get(taskId)?.length, 1, `${taskId}: one answer`);
      }
      assertEquals(cluster.world.answers.size, cluster.submitted.length);
      assertEquals(cluster.results.size, 0, "and no result waits for anything");
    }),
    { numRuns: 500 },
  );
});

Deno.test("runTurn() makes the same events of the same commands", () => {
  fc.assert(
    fc.property(steps, (play) => {
      const [one, other] = [new Play(), new Play()];
      for (const cluster of [one, other]) {
        cluster.run(play);
        cluster.finish();
      }
      assertEquals(JSON.stringify(one.world.events), JSON.stringify(other.world.events));
      assertEquals(JSON.stringify(one.world.effects), JSON.stringify(other.world.effects));
    }),
    { numRuns: 50 },
  );
});

Deno.test("runTurn() leaves no task waiting beside a node that could take it", () => {
  fc.assert(
    fc.property(steps, (play) => {
      const cluster = new Play();
      cluster.run(play);
      const { state } = cluster.world;
      for (const task of state.tasks.values()) {
        if (!task.waiting || task.failedOn.length > 0) continue;
        for (const node of state.nodes.values()) {
          const { connection } = node;
          const isFree = connection !== null && !connection.suspect && !connection.draining &&
            connection.models.get(task.spec.manifestDigest)?.state === "ready" &&
            connection.attempts.size < capacityOf(node, state.settings);
          assert(!isFree, `${task.spec.taskId} waits although ${node.record.nodeId} is free`);
        }
      }
    }),
    { numRuns: 200 },
  );
});
