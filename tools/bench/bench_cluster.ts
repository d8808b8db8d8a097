import { join } from "node:path";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import { HttpClusterClient } from "../../user/client/http/cluster.ts";
import { MasterHttp } from "../../user/client/http/master_http.ts";
import { baseUrlOf } from "../../protocol/http_api/address.ts";
import { DiskBlobStore } from "../../protocol/blob/disk_blob_store.ts";
import { HttpBlobStore } from "../../protocol/blob/http_blob_store.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { splitPin } from "../../protocol/security/pin.ts";
import { trustOf } from "../../protocol/security/trust.ts";
import { pinnedTokens } from "../pinned_tokens.ts";
import { DmlProcess, scopedSources } from "../dml_process.ts";
import { nodeMemory } from "../node_processes.ts";

/** A master and one node with one worker, as processes on loopback. */
export class BenchCluster implements AsyncDisposable {
  private constructor(
    readonly client: HttpClusterClient,
    readonly port: number,
    private readonly parts: { directory: string; master: DmlProcess; node: DmlProcess; blobs: HttpBlobStore },
  ) {}

  /**
   * Starts both processes and resolves when the node has `model` loaded and warm. With `isSecure`
   * they speak TLS; the master has `blob` if one is given.
   */
  static async start(
    { model, isSecure = false, blob }: { model: string; isSecure?: boolean; blob?: Uint8Array<ArrayBuffer> },
  ): Promise<BenchCluster> {
    const directory = await Deno.makeTempDir({ prefix: "dml-bench-" });
    const masterHome = join(directory, "master");
    if (blob !== undefined) await storeBlob(masterHome, blob);
    const line = ["serve", "--port", "0", "--control-port", "0", ...(isSecure ? ["--host", "0.0.0.0"] : [])];
    const master = DmlProcess.start(line, { home: masterHome });
    const port = Number((await master.logged("ready")).port);
    const address = { hostname: "127.0.0.1", port };
    const tokens = isSecure ? await pinnedTokens(masterHome) : null;
    const nodeToken = tokens === null ? [] : ["--token", tokens.node];
    const joinLine = ["join", `127.0.0.1:${port}`, "--workers", "1", ...nodeToken];
    const home = join(directory, "node");
    const node = DmlProcess.start(joinLine, { home, program: scopedSources(joinLine, { home }) });
    await node.logged("A model is ready.", (logged) => logged.model === model);
    const token = tokens?.user ?? null;
    const trust = await trustOf({ address, token });
    const client = new HttpClusterClient(
      new MasterHttp({ address, token, trust, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM }),
    );
    const secret = tokens === null ? null : splitPin(tokens.node).secret;
    const blobs = new HttpBlobStore(baseUrlOf(address, trust), { token: secret, trust: () => trust });
    return new BenchCluster(client, port, { directory, master, node, blobs });
  }

  /** Returns the blobs of the master as a node reads them. */
  get blobs(): HttpBlobStore {
    return this.parts.blobs;
  }

  /** Returns the peak resident memory of the node's processes, in bytes. */
  nodeMemoryBytes(): number {
    return nodeMemory(this.parts.node.pid).peakBytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    this.parts.blobs.close();
    await this.parts.node.stop();
    await this.parts.master.stop();
    await Deno.remove(this.parts.directory, { recursive: true });
  }
}

/** Puts `blob` among the durable blobs of the master that will use the data directory `home`. */
async function storeBlob(home: string, blob: Uint8Array<ArrayBuffer>): Promise<void> {
  const path = join(home, "master", "blobs");
  await Deno.mkdir(path, { recursive: true });
  await (await DiskBlobStore.open(path)).put(digestOf(blob), blob);
}
