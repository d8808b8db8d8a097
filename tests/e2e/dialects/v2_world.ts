/** A master and a node with small models of tensors, in this process, for tests of the protocol at `/v2`. */
import type { CatalogEntry } from "../../../models/catalog/catalog_entry.ts";
import type { Manifest } from "../../../models/manifest.ts";
import { MemoryLedger } from "../../../master/ledger/memory_ledger.ts";
import { startMaster } from "../../../master/master.ts";
import type { MasterHandle } from "../../../master/master_handle.ts";
import { hostCapabilities } from "../../../node/host/capabilities.ts";
import { assetFiles } from "../../../node/engine/asset_files.ts";
import { createWorkerPool } from "../../../node/engine/worker_pool.ts";
import { newIdentity } from "../../../node/host/identity.ts";
import { startNode } from "../../../node/node.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { concat } from "../../../protocol/kernel/concat.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { SYSTEM_RANDOM } from "../../../protocol/kernel/random.ts";
import { MemoryTransport } from "../../../protocol/transport/memory_transport.ts";

/** The name of the node, which no answer may hold. */
export const NODE_NAME = "attic-under-the-roof";

const LENGTH_HEADER = "inference-header-content-length";

export function entry(manifest: Manifest, file: Uint8Array<ArrayBuffer>): CatalogEntry {
  return { manifest, loadFile: () => Promise.resolve(file.slice()) };
}

/** An answer, with the JSON and what follows it. */
export interface V2Answer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- a document of another product, of which tests look at a part
  readonly json: any;
  readonly binary: Uint8Array;
}

/** The world of one test; ended at disposal. */
export class V2World implements AsyncDisposable {
  readonly #master: MasterHandle;
  readonly #stop: () => Promise<void>;

  private constructor(master: MasterHandle, stop: () => Promise<void>) {
    this.#master = master;
    this.#stop = stop;
  }

  static async start(catalog: readonly CatalogEntry[]): Promise<V2World> {
    const transport = new MemoryTransport();
    const common = { clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM, log: SILENT_LOG, version: "0.0.0", transport };
    const master = await startMaster({
      ...common,
      control: { hostname: "master", port: 0 },
      http: null,
      ledger: new MemoryLedger(),
      durableBlobs: new MemoryBlobStore(),
      transientBlobs: new MemoryBlobStore(),
      catalog,
      credentials: null,
      dialects: { names: ["v2"], models: {} },
    });
    const engine = createWorkerPool({ ...common, workers: 1, assets: assetFiles });
    const node = startNode({
      ...common,
      identity: await newIdentity(NODE_NAME),
      token: null,
      locate: () => Promise.resolve(master.controlAddress),
      remote: master.blobs,
      cache: new MemoryBlobStore(),
      engine,
      capabilities: () => hostCapabilities({ workers: 1 }),
      onEvent: () => {},
    });
    return new V2World(master, async () => {
      await node.stop();
      await master.stop({ graceMs: 0 });
      await engine.close();
    });
  }

  get(path: string): Promise<V2Answer> {
    return this.#ask(path, { method: "GET" });
  }

  /** Posts JSON, a text as it is, and bytes behind it, with the headers of the clients. */
  post(
    path: string,
    body: unknown,
    { binary = [], headers = {} }: { binary?: readonly Uint8Array[]; headers?: Record<string, string> } = {},
  ): Promise<V2Answer> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const json = new TextEncoder().encode(text);
    const length: Record<string, string> = binary.length > 0 ? { [LENGTH_HEADER]: String(json.length) } : {};
    return this.raw(path, concat([json, ...binary]), { ...length, ...headers });
  }

  raw(path: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<V2Answer> {
    return this.#ask(path, { method: "POST", body, headers: { "content-length": String(body.length), ...headers } });
  }

  async #ask(path: string, init: RequestInit): Promise<V2Answer> {
    const response = await this.#master.fetch(new Request(`http://127.0.0.1${path}`, init));
    const { status, headers } = response;
    const encoding = headers.get("content-encoding");
    const plain = encoding === null
      ? response.body
      : response.body!.pipeThrough(new DecompressionStream(encoding as CompressionFormat));
    const bytes = await new Response(plain).bytes();
    const length = Number(headers.get(LENGTH_HEADER) ?? bytes.length);
    const text = new TextDecoder().decode(bytes.subarray(0, length));
    return { status, headers, json: JSON.parse(text), binary: bytes.subarray(length) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}
