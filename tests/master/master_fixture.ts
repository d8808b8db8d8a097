import type { CatalogEntry } from "../../models/catalog/catalog_entry.ts";
import type { Manifest } from "../../models/manifest.ts";
import { MemoryBlobStore } from "../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import type { Log, LogFields } from "../../protocol/kernel/log.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import { MemoryTransport } from "../../protocol/transport/memory_transport.ts";
import type { Hello } from "../../protocol/messages/hello.ts";
import type { TaskAssign, TaskResult } from "../../protocol/messages/task.ts";
import type { Connection, Transport } from "../../protocol/ports/transport.ts";
import { MemoryLedger } from "../../master/ledger/memory_ledger.ts";
import { startMaster } from "../../master/master.ts";
import type { MasterHandle, MasterOptions } from "../../master/master_handle.ts";
import { ScriptedConnection } from "../node/scripted_master.ts";
import { nodeIdOf } from "../../protocol/security/node_key.ts";
import { ManualClock } from "../protocol/manual_clock.ts";
import { keyOf } from "../protocol/security/node_keys.ts";
import { emptyManifest, helloOf, idOf, predictionOf } from "./core_world.ts";

export const FILE = new TextEncoder().encode("the bytes of a model file");

/** Returns a model that takes pictures; `loaded` counts how often its model file is loaded. */
export function pictureEntry(loaded: { count: number } = { count: 0 }): CatalogEntry {
  const file = { role: "detect", digest: digestOf(FILE), size: FILE.length };
  const manifest: Manifest = {
    ...emptyManifest("faces"),
    pipeline: "faces",
    parameters: { scoreMin: 0.7, overlapMax: 0.4 },
    files: [file],
  };
  return {
    manifest,
    loadFile() {
      loaded.count++;
      return Promise.resolve(FILE.slice());
    },
  };
}

const EMPTY_ENTRY: CatalogEntry = {
  manifest: emptyManifest(),
  loadFile: () => Promise.reject(new Error("it has no model files")),
};

const STEP_MS = 100;

/** Resolves after more microtasks than any work over memory takes. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await null;
}

/** Node that sends the messages of the test. */
export class ScriptedNode extends ScriptedConnection {
  /** Secret of its HTTP requests, once it is welcomed. */
  sessionSecret = "";

  constructor(connection: Connection, readonly nodeId: string) {
    super(connection);
  }
}

/** A master over memory, with a clock that the test moves and scripted nodes. */
export class MasterFixture implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly transport: Transport;
  readonly master: MasterHandle;
  readonly logged: { level: string; message: string; fields: LogFields }[];
  readonly #connections: ScriptedConnection[] = [];

  private constructor(parts: Pick<MasterFixture, "clock" | "transport" | "master" | "logged">) {
    this.clock = parts.clock;
    this.transport = parts.transport;
    this.master = parts.master;
    this.logged = parts.logged;
  }

  static async start(options: Partial<MasterOptions> = {}): Promise<MasterFixture> {
    const clock = new ManualClock();
    const { transport = new MemoryTransport() } = options;
    const logged: MasterFixture["logged"] = [];
    const master = await startMaster({
      log: listLog(logged),
      clock,
      random: seededRandom(1),
      version: "0.0.0",
      transport,
      control: { hostname: "10.77.3.1", port: 0 },
      http: null,
      ledger: new MemoryLedger(),
      durableBlobs: new MemoryBlobStore(),
      transientBlobs: new MemoryBlobStore(),
      catalog: [EMPTY_ENTRY, pictureEntry()],
      credentials: null,
      ...options,
    });
    return new MasterFixture({ clock, transport, master, logged });
  }

  /** Opens a connection on which nothing has been sent. */
  async connect(): Promise<ScriptedConnection> {
    const connection = await this.transport.connect(this.master.controlAddress);
    const scripted = new ScriptedConnection(connection);
    this.#connections.push(scripted);
    return scripted;
  }

  /** Connects a node, which says hello and proves its key. */
  async knock(number: number, hello: Partial<Hello> = {}): Promise<ScriptedNode> {
    const key = await keyOf(number);
    const connection = await this.transport.connect(this.master.controlAddress);
    const node = new ScriptedNode(connection, nodeIdOf(key.publicKey));
    this.#connections.push(node);
    await node.greet(helloOf(idOf("node", number), { publicKey: key.publicKey, ...hello }), key);
    return node;
  }

  /** Connects a node and waits until it is welcomed. */
  async arrive(number: number, hello: Partial<Hello> = {}): Promise<ScriptedNode> {
    const node = await this.knock(number, hello);
    node.sessionSecret = (await node.next("welcome")).sessionSecret;
    return node;
  }

  /** Connects a node that is ready for every model that it is offered. */
  async join(number: number, hello: Partial<Hello> = {}): Promise<ScriptedNode> {
    const node = await this.arrive(number, hello);
    for (let offers = 0; offers < this.master.models().length; offers++) {
      const { manifest: { digest: manifestDigest } } = await node.next("model.offer");
      node.send({ type: "model.ready", manifestDigest, imagesPerSecond: 10, fetchedBytes: 0, warmUpMs: 1 });
    }
    await this.heeded(node);
    return node;
  }

  /**
   * Waits until the master has processed everything that `node` sent. It runs a command on the
   * node, because the report of a command is the only message that a caller can wait for.
   */
  async heeded(node: ScriptedNode): Promise<void> {
    const told = this.master.command(node.nodeId, "resume");
    const { commandId } = await node.next("command.run");
    node.send({ type: "command.done", commandId, ok: true, detail: "Resumed." });
    await told;
  }

  /** Lets time pass in small steps, and lets all work that is due finish after each. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.clock.nowMs() + ms;
    while (this.clock.nowMs() < untilMs) {
      this.clock.advance(Math.min(STEP_MS, untilMs - this.clock.nowMs()));
      await settled();
    }
  }

  /** Lets time pass until `awaited` is settled. */
  async passUntil<Result>(awaited: Promise<Result>): Promise<Result> {
    let isThere = false;
    const there = awaited.finally(() => isThere = true);
    there.catch(() => {}); // the caller handles the error
    for (await settled(); !isThere;) await this.pass(STEP_MS);
    return await there;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.master.stop({ graceMs: 0 });
    for (const connection of this.#connections) await connection.close();
  }
}

export function resultOf(assign: TaskAssign, overrides: Partial<TaskResult> = {}): TaskResult {
  const { taskId, attempt, image } = assign;
  return {
    type: "task.result",
    taskId,
    attempt,
    prediction: predictionOf(image === null ? "empty@1" : "faces@1"),
    annotated: null,
    serviceMs: 1,
    ...overrides,
  };
}

/** Returns a log that puts its messages into `lines`. */
export function listLog(lines: MasterFixture["logged"], fixed: LogFields = {}): Log {
  const at = (level: string) => (message: string, fields: LogFields = {}) => {
    lines.push({ level, message, fields: { ...fixed, ...fields } });
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => listLog(lines, { ...fixed, ...fields }),
  };
}
