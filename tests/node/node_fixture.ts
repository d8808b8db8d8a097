import { encodeManifest, type Manifest } from "../../models/manifest.ts";
import type { OwnProgram } from "../../node/core/judge_program.ts";
import { type NodeHandle, type NodeNews, type NodeOptions, startNode } from "../../node/node.ts";
import { MemoryBlobStore } from "../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { type Log, SILENT_LOG } from "../../protocol/kernel/log.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import type { ModelOffer } from "../../protocol/messages/model.ts";
import type { BlobReference, TaskAssign } from "../../protocol/messages/task.ts";
import { nodeIdOf } from "../../protocol/security/node_key.ts";
import { keyOf } from "../protocol/security/node_keys.ts";
import { ManualClock } from "../protocol/manual_clock.ts";
import { FakeEngine } from "./fake_engine.ts";
import { assign } from "./instructions.ts";
import { type ScriptedConnection, ScriptedMaster } from "./scripted_master.ts";

const KEY = await keyOf(1);

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Puts `text` as a blob. */
export async function putText(store: MemoryBlobStore, text: string): Promise<BlobReference> {
  const bytes = bytesOf(text);
  const digest = digestOf(bytes);
  await store.put(digest, bytes);
  return { digest, size: bytes.length };
}

/** Puts a model with one model file of this text and returns its offer. */
export async function putModel(store: MemoryBlobStore, file = "model file bytes"): Promise<ModelOffer> {
  const reference = await putText(store, file);
  const manifest: Manifest = {
    schema: 1,
    name: "faces",
    version: 1,
    description: "",
    license: "MIT",
    pipeline: "faces",
    parameters: { scoreMin: 0.5, overlapMax: 0.5 },
    files: [{ role: "detect", ...reference }],
    requirements: { engine: "none", memoryBytes: 0 },
  };
  const { digest, bytes } = encodeManifest(manifest);
  await store.put(digest, bytes);
  return {
    type: "model.offer",
    model: "faces@1",
    manifest: { digest, size: bytes.length },
    files: [reference],
    requirements: manifest.requirements,
  };
}

const OWN_PROGRAM: OwnProgram = { version: "1.2.3", target: "linux-x64", takesNewer: false, canRestart: false };

export interface FixtureOptions {
  readonly slots?: number;
  readonly token?: string;
  readonly log?: Log;
  readonly onSession?: (secret: string) => void;
  readonly pin?: string;
  /** True if the node can be started again. */
  readonly canRestart?: boolean;
  readonly openChecks?: NodeOptions["openChecks"];
}

/**
 * One node with a master scripted by the test, and everything between them: clock, stores and
 * engine.
 */
export class NodeFixture {
  readonly clock = new ManualClock();
  readonly master = new ScriptedMaster();
  /** Blobs of the master; the node's own are in `cache`. */
  readonly remote = new MemoryBlobStore();
  readonly cache = new MemoryBlobStore();
  readonly news: NodeNews[] = [];
  readonly engine: FakeEngine;
  readonly node: NodeHandle;
  /** The error of every attempt to locate the master; `null` if it is found. */
  locateFailure: Error | null = null;
  #notify = Promise.withResolvers<void>();

  constructor(options: FixtureOptions = {}) {
    const { clock, remote, cache } = this;
    const { slots = 1, token = null, log = SILENT_LOG, canRestart = false, openChecks } = options;
    this.engine = new FakeEngine(slots);
    this.node = startNode({
      log,
      clock,
      random: seededRandom(7),
      identity: { nodeId: nodeIdOf(KEY.publicKey), name: "first", key: KEY },
      version: "1.2.3",
      token,
      transport: this.master.transport,
      locate: () =>
        this.locateFailure === null ? Promise.resolve(this.master.address) : Promise.reject(this.locateFailure),
      remote,
      cache,
      engine: this.engine,
      capabilities: () => ({
        os: "linux",
        arch: "x86_64",
        cores: 2,
        memoryBytes: 1_000,
        workers: slots,
        engines: ["none"],
      }),
      onSession: options.onSession,
      pin: () => options.pin ?? "",
      pressure: () => ({ memoryFreeBytes: 500, load: 0.5 }),
      openChecks,
      upgrade: canRestart ? { own: { ...OWN_PROGRAM, canRestart }, directory: "unused", trial: null } : null,
      onEvent: (news) => {
        this.news.push(news);
        this.#notify.resolve();
      },
    });
  }

  /** Accepts the node and takes it in. */
  async connect(options: { sendsPicturesInline?: true } = {}): Promise<ScriptedConnection> {
    const connection = await this.master.accept();
    await connection.welcome(options);
    await connection.next("availability");
    return connection;
  }

  /** Offers a model and waits until the node has fetched and loaded it. */
  async ready(connection: ScriptedConnection): Promise<ModelOffer> {
    const offer = await putModel(this.remote);
    connection.send(offer);
    await connection.next("model.ready");
    return offer;
  }

  /** Puts a picture with this text on the master and returns its assignment. */
  async assignText(
    task: number,
    options: { offer: ModelOffer; text?: string; annotate?: boolean },
  ): Promise<TaskAssign> {
    const { offer, text = `picture ${task}`, annotate = false } = options;
    const image = await putText(this.remote, text);
    return assign(task, {
      image,
      manifestDigest: offer.manifest.digest,
      options: { annotate, embeddings: false, gallery: null, crops: false },
    });
  }

  /** Waits for news of this kind and returns it; earlier news is discarded. */
  async happened(kind: NodeNews["kind"]): Promise<NodeNews> {
    for (;;) {
      const at = this.news.findIndex((news) => news.kind === kind);
      if (at >= 0) return this.news.splice(0, at + 1).slice(-1)[0];
      this.#notify = Promise.withResolvers();
      await this.#notify.promise;
    }
  }

  /** Waits for the disconnection, then advances the clock past the backoff. */
  async retry(): Promise<void> {
    await this.happened("disconnected");
    this.clock.advance(10_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.node.stop();
    this.clock.advance(60_000);
    await this.master.close();
    this.clock.advance(60_000);
    await stopped;
  }
}
