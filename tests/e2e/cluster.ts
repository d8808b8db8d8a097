import { join } from "node:path";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { SYSTEM_RANDOM } from "../../protocol/kernel/random.ts";
import { HttpClusterClient } from "../../user/client/http/cluster.ts";
import { MasterHttp } from "../../user/client/http/master_http.ts";
import { DmlProcess } from "../../tools/dml_process.ts";

/**
 * A master and nodes, each a process of its own on loopback with a data directory of its own; all
 * ended at disposal.
 */
export class Cluster implements AsyncDisposable {
  readonly nodes: DmlProcess[] = [];
  readonly #directory: string;
  #master: DmlProcess;
  #client: HttpClusterClient | null = null;
  #port = 0;

  private constructor(directory: string, master: DmlProcess) {
    this.#directory = directory;
    this.#master = master;
  }

  /** Starts a master on free ports that the system chooses, with further `flags`. */
  static async start({ flags = [] }: { flags?: readonly string[] } = {}): Promise<Cluster> {
    const directory = await Deno.makeTempDir({ prefix: "dml-e2e-" });
    const home = join(directory, "master");
    const cluster = new Cluster(
      directory,
      DmlProcess.start(["serve", "--port", "0", "--control-port", "0", ...flags], { home }),
    );
    cluster.#port = Number((await cluster.#master.logged("ready")).port);
    return cluster;
  }

  get master(): DmlProcess {
    return this.#master;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** A temporary directory for files of the test, removed with the cluster. */
  get directory(): string {
    return this.#directory;
  }

  get client(): HttpClusterClient {
    const address = { hostname: "127.0.0.1", port: this.#port };
    this.#client ??= new HttpClusterClient(
      new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM }),
    );
    return this.#client;
  }

  /** Starts a node called `name` and waits until its face model is ready. */
  async join(name: string, { workers = 1 }: { workers?: number } = {}): Promise<DmlProcess> {
    const node = this.joinUnready(name, { workers });
    await readyFor(node, "faces@1");
    return node;
  }

  /**
   * Starts a node called `name` with a data directory of that name, without waiting until it is
   * ready.
   */
  joinUnready(name: string, { workers = 1 }: { workers?: number } = {}): DmlProcess {
    const line = ["join", this.address, "--name", name, "--workers", String(workers)];
    const node = DmlProcess.start(line, { home: join(this.#directory, name) });
    this.nodes.push(node);
    return node;
  }

  /**
   * Kills the master where it stands, if it still runs, and starts it again on the same ports with
   * the same data directory.
   */
  async restartMaster(known: { controlPort?: number } = {}): Promise<void> {
    const controlPort = known.controlPort ?? (await this.client.info()).controlPort;
    await this.#client?.close();
    this.#client = null;
    await this.#master.stop("SIGKILL");
    const line = ["serve", "--port", String(this.#port), "--control-port", String(controlPort)];
    this.#master = DmlProcess.start(line, { home: join(this.#directory, "master") });
    await this.#master.logged("ready");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.close();
    for (const node of this.nodes) await node.stop("SIGKILL");
    await this.#master.stop("SIGKILL");
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** Resolves with the log line in which `node` reports that `model` is loaded and warm. */
export function readyFor(node: DmlProcess, model: string) {
  return node.logged("A model is ready.", (line) => line.model === model);
}
