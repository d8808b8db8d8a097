import { join } from "node:path";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import { HttpClusterClient } from "../../user/client/http/cluster.ts";
import { MasterHttp } from "../../user/client/http/master_http.ts";
import { DmlProcess, scopedSources } from "../dml_process.ts";

/** A master and one node with one worker, as processes on loopback. */
export class BenchCluster implements AsyncDisposable {
  private constructor(
    readonly client: HttpClusterClient,
    readonly port: number,
    private readonly parts: { directory: string; master: DmlProcess; node: DmlProcess },
  ) {}

  /** Starts both processes and resolves when the node has `model` loaded and warm. */
  static async start({ model }: { model: string }): Promise<BenchCluster> {
    const directory = await Deno.makeTempDir({ prefix: "dml-bench-" });
    const line = ["serve", "--port", "0", "--control-port", "0"];
    const master = DmlProcess.start(line, { home: join(directory, "master") });
    const port = Number((await master.logged("ready")).port);
    const address = { hostname: "127.0.0.1", port };
    const joinLine = ["join", `127.0.0.1:${port}`, "--workers", "1"];
    const home = join(directory, "node");
    const node = DmlProcess.start(joinLine, { home, program: scopedSources(joinLine, { home }) });
    await node.logged("A model is ready.", (logged) => logged.model === model);
    const client = new HttpClusterClient(
      new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM }),
    );
    return new BenchCluster(client, port, { directory, master, node });
  }

  /** Returns the peak resident memory of the node's process, as Linux counts it. */
  nodeMemoryBytes(): number {
    const status = Deno.readTextFileSync(`/proc/${this.parts.node.pid}/status`);
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.parts.node.stop();
    await this.parts.master.stop();
    await Deno.remove(this.parts.directory, { recursive: true });
  }
}
