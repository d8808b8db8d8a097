import { join } from "node:path";
import { MemoryLedger } from "../../master/ledger/memory_ledger.ts";
import { startMaster } from "../../master/master.ts";
import type { MasterHandle } from "../../master/master_handle.ts";
import { CATALOG } from "../../models/catalog/catalog.ts";
import { FACES } from "../../models/catalog/faces.ts";
import type { GalleryPerson } from "../../models/gallery/gallery_bucket.ts";
import { MemoryBlobStore } from "../../protocol/blob/memory_blob_store.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import { TcpTransport } from "../../protocol/transport/tcp_transport.ts";
import { VERSION } from "../../protocol/version.ts";
import { DmlProcess } from "../../tools/dml_process.ts";
import { HttpClusterClient } from "../../user/client/http/cluster.ts";
import { MasterHttp } from "../../user/client/http/master_http.ts";
import { putGallery } from "../models/gallery/built_gallery.ts";
import { readyFor } from "./cluster.ts";

const LOOPBACK = "127.0.0.1";
const EMBEDDER = FACES.manifest.files.find(({ role }) => role === "embed")!.digest;

/**
 * A master in this process, on real ports, so that a test can publish to it; its nodes are
 * processes of their own with data directories of their own.
 */
export class GalleryCluster implements AsyncDisposable {
  readonly client: HttpClusterClient;
  readonly #nodes: DmlProcess[] = [];

  private constructor(
    readonly master: MasterHandle,
    readonly durable: MemoryBlobStore,
    readonly directory: string,
  ) {
    const address = { hostname: LOOPBACK, port: master.httpAddress!.port };
    this.client = new HttpClusterClient(
      new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM }),
    );
  }

  static async start(): Promise<GalleryCluster> {
    const durable = new MemoryBlobStore();
    const master = await startMaster({
      log: SILENT_LOG,
      clock: SYSTEM_CLOCK,
      random: SYSTEM_RANDOM,
      version: VERSION,
      transport: new TcpTransport({ log: SILENT_LOG }),
      control: { hostname: LOOPBACK, port: 0 },
      http: { hostname: LOOPBACK, port: 0 },
      ledger: new MemoryLedger(),
      durableBlobs: durable,
      transientBlobs: new MemoryBlobStore(),
      catalog: CATALOG,
      credentials: null,
    });
    return new GalleryCluster(master, durable, await Deno.makeTempDir({ prefix: "dml-e2e-" }));
  }

  /** Starts a node with a data directory of that name and waits until its face model is ready. */
  async join(name: string): Promise<DmlProcess> {
    const address = `${LOOPBACK}:${this.master.httpAddress!.port}`;
    const home = join(this.directory, name);
    const node = DmlProcess.start(["join", address, "--name", name, "--workers", "1"], { home });
    this.#nodes.push(node);
    await readyFor(node, "faces@1");
    return node;
  }

  /**
   * Publishes these people as a version of the gallery `default` and returns on how many nodes it
   * is active.
   */
  async publish(version: number, people: readonly GalleryPerson[]) {
    const parts = { gallery: "default", version, embedder: EMBEDDER, people, dimensions: 512 };
    const { reference: index } = await putGallery(this.durable, parts);
    return await this.master.publishGallery({ gallery: "default", version, index });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    for (const node of this.#nodes) await node.stop("SIGKILL");
    await this.master.stop({ graceMs: 0 });
    await Deno.remove(this.directory, { recursive: true });
  }
}
