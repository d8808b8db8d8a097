import type { Manifest } from "../../models/manifest.ts";
import type { RolloutRecord, RolloutSettings } from "../../protocol/http_api/rollout_api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { VersionCommand } from "../../master/core/messages/rollout_command.ts";
import type { MasterEvent } from "../../master/core/messages/event.ts";
import { recordOf } from "../../master/core/decide/rollout_record.ts";
import type { MasterSettings } from "../../master/core/state/settings.ts";
import type { TaskState } from "../../master/core/state/state.ts";
import { CoreWorld, emptyManifest, idOf, predictionOf, type WorldNode } from "./core_world.ts";
import { settingsOf } from "./rollout_records.ts";

type Asked<Command> = Command extends unknown ? Omit<Command, "commandId"> : never;

/** The pure core with `empty@1` as the latest version and `empty@2` registered beside it. */
export class RolloutWorld extends CoreWorld {
  readonly newDigest: Digest;
  readonly nodes: WorldNode[] = [];
  #next = 1;

  constructor(settings: Partial<MasterSettings> = {}, newManifest: Manifest = emptyManifest("empty", 2)) {
    super({ demandKeptMs: 1_000, ...settings });
    this.newDigest = this.register(newManifest);
  }

  get oldDigest(): Digest {
    return this.manifestDigest;
  }

  /** Version that the bare name means. */
  get latest(): Digest | undefined {
    return this.state.lineages.get("empty")?.latest;
  }

  /** Adds a node with room for many tasks; by default it is ready for everything it is offered. */
  add(number: number, options: Parameters<CoreWorld["join"]>[1] = {}): WorldNode {
    const node = this.join(idOf("node", number), { ready: false, workers: 4, ...options });
    this.nodes.push(node);
    if (options.ready ?? true) this.readyAll(node);
    return node;
  }

  /** Reports the node as ready for all its open offers. */
  readyAll(node: WorldNode): void {
    for (const [digest, { state }] of this.state.nodes.get(node.nodeId)?.connection?.models ?? []) {
      if (state === "offered") this.ready(node, digest);
    }
  }

  /** Runs a command; returns its outcome as a sentence, or the code of its refusal. */
  tell(command: Asked<VersionCommand>): string {
    const commandId = idOf("command", this.#next++);
    const events = this.turn({ ...command, commandId } as VersionCommand);
    const finished = events.find((event) => event.type === "command_finished");
    if (finished?.type !== "command_finished") throw new Error("it was not answered");
    return finished.code ?? finished.detail;
  }

  begin(settings: Partial<RolloutSettings> = {}, options: { version?: number; automatic?: boolean } = {}): string {
    const { version = 2, automatic = false } = options;
    const rolloutId = idOf("rollout", this.#next++);
    const whole = settingsOf(settings);
    return this.tell({ type: "begin_rollout", rolloutId, name: "empty", version, settings: whole, automatic });
  }

  /** Begins a rollout and advances it until pictures of users go to the new version. */
  canary(settings: Partial<RolloutSettings> = {}): void {
    this.begin({ canary: 1, ...settings });
    for (const node of this.nodes) this.readyAll(node);
    this.tick(3);
  }

  /** Lets `count` ticks pass; every node sends a signal in each. */
  tick(count = 1): void {
    for (let index = 0; index < count; index++) this.pass(200, { alive: this.nodes });
  }

  /** Submits a picture of a user for the latest version. */
  ask(): TaskState {
    const taskId = idOf("task", 1_000 + this.#next++);
    const options = { annotate: false, embeddings: false, gallery: null, crops: false };
    const manifestDigest = this.latest ?? this.oldDigest;
    this.turn({ type: "submit_task", taskId, manifestDigest, follows: "empty", image: null, options });
    const task = this.state.tasks.get(taskId);
    if (task === undefined) throw new Error(`${taskId} was not accepted`);
    return task;
  }

  /** Answers a task from its node. */
  finish(
    task: TaskState,
    { serviceMs = 10, persons = 0 }: { serviceMs?: number; persons?: number } = {},
  ): MasterEvent[] {
    const [{ nodeId, attempt }] = task.attempts;
    const node = this.nodes.find((candidate) => candidate.nodeId === nodeId);
    if (node === undefined) throw new Error("its node is gone");
    const prediction = { ...predictionOf(task.model.name), persons: Array.from({ length: persons }, personAt) };
    const { taskId } = task.spec;
    return this.turn({
      type: "accept_result",
      ...node,
      message: { type: "task.result", taskId, attempt, prediction, annotated: null, serviceMs },
    });
  }

  /** Reports a failure of a task from its node. */
  break(task: TaskState, code = "engine_failed"): MasterEvent[] {
    const [{ nodeId, attempt }] = task.attempts;
    const node = this.nodes.find((candidate) => candidate.nodeId === nodeId);
    if (node === undefined) throw new Error("its node is gone");
    return this.fail(node, task.spec.taskId, attempt, { code });
  }

  /** Returns the tasks without a user: shadows of canary pictures, or tests of the model. */
  part(kind: "shadow" | "test"): TaskState[] {
    return [...this.state.tasks.values()].filter(({ part }) => part?.kind === kind);
  }

  /** Record of the running rollout; `null` if there is none. */
  get current(): RolloutRecord | null {
    const rollout = this.state.lineages.get("empty")?.rollout ?? null;
    return rollout && recordOf(this.state, rollout);
  }

  /** Record of the rollout that ended last. */
  get last(): RolloutRecord | undefined {
    return this.state.lineages.get("empty")?.history[0];
  }
}

function personAt(_: unknown, index: number) {
  const box = { x: 100 * index, y: 0, width: 50, height: 50 };
  return { box, score: 0.9, landmarks: Array(5).fill({ x: 0, y: 0 }), name: null, similarity: null };
}
