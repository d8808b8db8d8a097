import { encodeManifest, type Manifest } from "../../models/manifest.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { type Hello, PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";
import type { Availability } from "../../protocol/messages/liveness.ts";
import type { Message } from "../../protocol/messages/message.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import type { BlobReference, TaskOptions } from "../../protocol/messages/task.ts";
import type { Command, EnrolmentProof } from "../../master/core/messages/command.ts";
import type { Effect } from "../../master/core/messages/effect.ts";
import { effects } from "../../master/core/effects.ts";
import type { MasterEvent } from "../../master/core/messages/event.ts";
import type { PersistFirst } from "../../master/core/persist_first.ts";
import type { MasterSettings } from "../../master/core/state/settings.ts";
import { createState, type MasterState, type TaskOutcome } from "../../master/core/state/state.ts";
import { runTurn } from "../../master/core/turn.ts";

const GIB = 1024 ** 3;

/** Returns the manifest of a model that needs no picture. */
export function emptyManifest(name = "empty", version = 1): Manifest {
  return {
    schema: 1,
    name,
    version,
    description: "A model of a test.",
    license: "MIT",
    pipeline: "empty",
    parameters: {},
    files: [],
    requirements: { engine: "none", memoryBytes: 0 },
  };
}

/** Embedder of the galleries here. */
export const EMBEDDER = digestOf(new TextEncoder().encode("the model file that embeds"));

/** Returns the manifest of a face model whose embeddings can be compared with a gallery. */
export function facesManifest(): Manifest {
  return {
    ...emptyManifest("faces"),
    pipeline: "faces",
    parameters: { scoreMin: 0.7, overlapMax: 0.4 },
    files: [{ role: "embed", digest: EMBEDDER, size: 21 }],
  };
}

/** Returns a reference to the index of a version. */
export function indexOf(gallery: string, version: number): BlobReference {
  const bytes = new TextEncoder().encode(`${gallery} ${version}`);
  return { digest: digestOf(bytes), size: bytes.length };
}

/** Returns an id: `prefix_` and `number` in 20 digits. */
export function idOf(prefix: string, number: number): string {
  return `${prefix}_${String(number).padStart(20, "0")}`;
}

/**
 * Returns the hello of a node that is called after `nodeId`. Its key is a mere text, of which only
 * the node that has a key can make an id.
 */
export function helloOf(nodeId: string, overrides: Partial<Hello> = {}): Hello {
  return {
    type: "hello",
    protocol: PROTOCOL_VERSION,
    version: "0.0.0",
    publicKey: nodeId.padEnd(43, "-"),
    name: `host-of-${nodeId}`,
    token: null,
    capabilities: {
      os: "linux",
      arch: "x86_64",
      cores: 2,
      memoryBytes: 2 * GIB,
      workers: 1,
      engines: ["wasm", "none"],
    },
    cached: [],
    ...overrides,
  };
}

export function predictionOf(model: string): Prediction {
  const timings = {
    decodeMs: 0,
    prepareMs: 0,
    inferMs: 0,
    interpretMs: 0,
    drawMs: 0,
    encodeMs: 0,
    totalMs: 0,
  };
  return { model, width: 0, height: 0, persons: [], timings };
}

export function availabilityOf(overrides: Partial<Availability> = {}): Availability {
  return {
    type: "availability",
    freeSlots: 1,
    running: 0,
    queued: 0,
    draining: false,
    memoryFreeBytes: GIB,
    load: 0,
    ...overrides,
  };
}

/** Returns the command that follows from the result of a node. */
export function acceptResult(
  { nodeId, connectionId }: WorldNode,
  options: { taskId: string; attempt: number; model: string; annotated?: Digest },
): Extract<Command, { type: "accept_result" }> {
  const { taskId, attempt, model, annotated } = options;
  return {
    type: "accept_result",
    nodeId,
    connectionId,
    message: {
      type: "task.result",
      taskId,
      attempt,
      prediction: predictionOf(model),
      annotated: annotated === undefined ? null : { digest: annotated, size: 1, mediaType: "image/jpeg" },
      serviceMs: 50,
    },
  };
}

/** A node of the world. Its connection changes when it connects again. */
export interface WorldNode {
  readonly nodeId: string;
  connectionId: number;
}

/** The pure core with a clock that the test moves, and all its events and effects. */
export class CoreWorld {
  readonly state: MasterState;
  readonly events: MasterEvent[] = [];
  readonly effects: Effect[] = [];
  readonly answers = new Map<string, TaskOutcome[]>();
  readonly manifest: Manifest;
  readonly manifestDigest: Digest;
  nowMs = 1_000;
  /** Receives the events of a turn that must be persisted before they are applied. */
  persistFirst: PersistFirst = () => null;
  /** Receives all events of a turn after it. */
  afterTurn: (events: readonly MasterEvent[]) => void = () => {};
  #nextTask = 1;
  #nextConnection = 1;

  constructor(settings: Partial<MasterSettings> = {}) {
    this.state = createState(settings);
    this.manifest = emptyManifest();
    this.manifestDigest = this.register(this.manifest);
  }

  /** Runs one turn with these commands and returns its events. */
  turn(...commands: Command[]): MasterEvent[] {
    const events = runTurn(this.state, commands, { nowMs: this.nowMs, wallMs: this.nowMs + 1e12 }, this.persistFirst);
    this.afterTurn(events);
    const caused = effects(events, this.state);
    this.events.push(...events);
    this.effects.push(...caused);
    for (const effect of caused) {
      if (effect.type !== "answer") continue;
      const answers = this.answers.get(effect.taskId) ?? [];
      this.answers.set(effect.taskId, [...answers, effect.outcome]);
    }
    return events;
  }

  /**
   * Lets time pass as the shell does, in steps with a tick after each. The nodes in `alive` send a
   * signal in each step.
   */
  pass(ms: number, options: { alive?: readonly WorldNode[]; stepMs?: number } = {}): void {
    const { alive = [], stepMs = 200 } = options;
    const endMs = this.nowMs + ms;
    while (this.nowMs < endMs) {
      this.nowMs = Math.min(endMs, this.nowMs + stepMs);
      this.turn(
        ...alive.map(({ nodeId, connectionId }): Command => ({
          type: "record_signal",
          nodeId,
          connectionId,
        })),
        { type: "tick" },
      );
    }
  }

  register(document: Manifest): Digest {
    const { digest, bytes } = encodeManifest(document);
    this.turn({
      type: "register_model",
      manifest: { digest, size: bytes.length },
      document,
    });
    return digest;
  }

  /** Connects a node and, by default, makes it ready for every model. */
  join(
    nodeId: string,
    options: {
      hello?: Partial<Hello>;
      proof?: EnrolmentProof;
      ready?: boolean;
      imagesPerSecond?: number;
      workers?: number;
    } = {},
  ): WorldNode {
    const { proof = { kind: "open" }, ready = true, imagesPerSecond = 10, workers = 1 } = options;
    const connectionId = this.#nextConnection++;
    const hello = helloOf(nodeId, options.hello);
    const capabilities = { ...hello.capabilities, workers };
    this.turn({
      type: "connect_node",
      connectionId,
      nodeId,
      hello: { ...hello, capabilities },
      proof,
      address: `10.0.0.1:${40_000 + connectionId}`,
    });
    const node = { nodeId, connectionId };
    if (ready) {
      for (const digest of this.state.models.keys()) this.ready(node, digest, imagesPerSecond);
    }
    return node;
  }

  ready(node: WorldNode, manifestDigest: Digest, imagesPerSecond = 10): void {
    this.turn({
      type: "accept_ready",
      ...node,
      message: {
        type: "model.ready",
        manifestDigest,
        imagesPerSecond,
        fetchedBytes: 0,
        warmUpMs: 1,
      },
    });
  }

  /** Publishes a version of a gallery. */
  publish(gallery: string, version: number, people = 1): MasterEvent[] {
    const index = indexOf(gallery, version);
    return this.turn({ type: "publish_gallery", gallery, version, index, people, embedder: EMBEDDER });
  }

  /** Reports for the node that it uses a version. */
  galleryReady(node: WorldNode, gallery: string, version: number): MasterEvent[] {
    const message = { type: "gallery.ready", gallery, version, fetchedBytes: 0 } as const;
    return this.turn({ type: "accept_gallery_ready", ...node, message });
  }

  galleryFailed(node: WorldNode, gallery: string, version: number): MasterEvent[] {
    const message = { type: "gallery.failed", gallery, version, code: "disk_full", reason: "No room." } as const;
    return this.turn({ type: "accept_gallery_failure", ...node, message });
  }

  lose({ nodeId, connectionId }: WorldNode): void {
    this.turn({ type: "lose_node", nodeId, connectionId, reason: "The test took it." });
  }

  submit(
    manifestDigest = this.manifestDigest,
    { owner, ...options }: Partial<TaskOptions> & { owner?: string } = {},
  ): string {
    const taskId = idOf("task", this.#nextTask++);
    this.turn({
      type: "submit_task",
      taskId,
      manifestDigest,
      owner,
      image: null,
      options: { annotate: false, embeddings: false, gallery: null, crops: false, ...options },
    });
    return taskId;
  }

  result(node: WorldNode, taskId: string, attempt: number, model = "empty@1"): MasterEvent[] {
    return this.turn(acceptResult(node, { taskId, attempt, model }));
  }

  fail(
    node: WorldNode,
    taskId: string,
    attempt: number,
    { code, reason = "It went wrong." }: { code: string; reason?: string },
  ): MasterEvent[] {
    return this.turn({
      type: "accept_task_failure",
      ...node,
      message: { type: "task.failed", taskId, attempt, code, reason },
    });
  }

  /** Returns the answer of a task, `undefined` if there is none. Throws if there are several. */
  answerOf(taskId: string): TaskOutcome | undefined {
    const answers = this.answers.get(taskId) ?? [];
    if (answers.length > 1) throw new Error(`${taskId} was answered ${answers.length} times`);
    return answers[0];
  }

  /** Returns the messages of one type that were sent to a node, oldest first. */
  sentTo<Type extends Message["type"]>(
    { nodeId }: { nodeId: string },
    type: Type,
  ): Extract<Message, { type: Type }>[] {
    const isWanted = (message: Message): message is Extract<Message, { type: Type }> => message.type === type;
    return this.effects.flatMap((effect) =>
      effect.type === "send" && effect.nodeId === nodeId && isWanted(effect.message) ? [effect.message] : []
    );
  }
}
