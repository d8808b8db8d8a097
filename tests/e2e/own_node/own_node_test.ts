/** A master with a node in its process, started with exactly the permissions that it needs. */
import { join } from "node:path";
import { lockDirectory } from "../../../protocol/host/directory_lock.ts";
import { DmlProcess, scopedSources } from "../../../tools/dml_process.ts";
import { ended, enginesOf, keeperOf } from "../../../tools/node_processes.ts";
import { samplePhoto } from "../../../tools/sample_photos.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { SYSTEM_RANDOM } from "../../../protocol/kernel/random.ts";
import { HttpClusterClient } from "../../../user/client/http/cluster.ts";
import { MasterHttp } from "../../../user/client/http/master_http.ts";
import { assert, assertEquals } from "../../assert.ts";
import { Cluster } from "../cluster.ts";
import { SecureCluster } from "../security/secure_cluster.ts";

const PREDICT = { model: "faces", annotate: false, embeddings: false, gallery: null, crops: false } as const;
const SERVE = ["serve", "--port", "0", "--control-port", "0", "--workers", "1"];
const ignore = Deno.build.os !== "linux";

/** A master that computes too, in a data directory of its own. */
class Computing implements AsyncDisposable {
  private constructor(
    readonly home: string,
    readonly master: DmlProcess,
    readonly client: HttpClusterClient,
  ) {}

  static async start(): Promise<Computing> {
    const home = await Deno.makeTempDir({ prefix: "dml-e2e-" });
    const master = DmlProcess.start(SERVE, { home, program: scopedSources(SERVE, { home }), readsOutput: true });
    const { port } = await master.logged("ready");
    const address = { hostname: "127.0.0.1", port: Number(port) };
    const http = new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM });
    return new Computing(home, master, new HttpClusterClient(http));
  }

  /** Asks the master until its node is ready for faces. */
  async untilReady(): Promise<void> {
    const isReady = ({ model, state }: { model: string; state: string }) => model === "faces@1" && state === "ready";
    while (!(await this.client.nodes()).some(({ models }) => models.some(isReady)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.master.stop("SIGKILL");
    await Deno.remove(this.home, { recursive: true });
  }
}

Deno.test({ name: "one command answers pictures, and at its end nothing of the node is left", ignore }, async () => {
  await using computing = await Computing.start();
  const { client, master, home } = computing;
  await master.printed((output) => output.some((line) => line.startsWith("This host computes too")));
  await computing.untilReady();
  const { prediction } = await client.predict(await samplePhoto(1), PREDICT);
  assertEquals(prediction.persons.length, 3);
  const [node, ...others] = await client.nodes();
  assertEquals([node.name, node.labels, others], [Deno.hostname(), ["master-host"], []]);
  const engines = enginesOf(master.pid);
  assertEquals(engines.length, 1);
  let isAnswered = false;
  const last = client.predict(await samplePhoto(1), PREDICT).finally(() => isAnswered = true);
  while (!isAnswered && (await client.nodes())[0].running === 0);
  const [exitCode] = await Promise.all([master.stop("SIGTERM"), last]);
  assertEquals([exitCode, (await last).prediction.persons.length], [0, 3]);
  await ended(engines);
  const holder = { pid: Deno.pid, verb: "test", startedMs: 0 };
  (await lockDirectory(join(home, "own_node", "nodes", "1"), { holder })).close();
});

Deno.test({ name: "a master survives that the shell which keeps its node's engines is killed", ignore }, async () => {
  await using computing = await Computing.start();
  const { client, master } = computing;
  await master.logged(`Node ${Deno.hostname()} joined.`);
  Deno.kill(keeperOf(master.pid), "SIGKILL");
  while ((await client.nodes())[0].state !== "offline");
  assertEquals((await client.info()).product, "dml");
  assertEquals(await master.stop("SIGTERM"), 0);
});

Deno.test("a master that lets nodes in by approval alone approves its own, also under TLS", async () => {
  await using cluster = await SecureCluster.start({ flags: ["--host", "0.0.0.0", "--approve", "--workers", "1"] });
  await cluster.master.logged(`Node ${Deno.hostname()} joined.`);
  const address = `127.0.0.1:${cluster.port}`;
  const { text } = await cluster.run(["nodes", "--json", "--master", address, "--token", cluster.tokens.admin]);
  assertEquals(text.includes(`"state":"waiting"`), false, text);
  const { code, text: audit } = await cluster.run(["audit", "--master", address, "--token", cluster.tokens.admin]);
  assertEquals(code, 0, audit);
  assert(/this machine +node\.join/.test(audit), audit);
});

Deno.test("--workers 0 is a master without a node", async () => {
  await using cluster = await Cluster.start({ flags: ["--workers", "0"] });
  assertEquals(await cluster.client.nodes(), []);
});
