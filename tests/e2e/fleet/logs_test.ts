/** The logs of real nodes at a real master. */
import { join } from "node:path";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import type { LogPage, SourcedRecord } from "../../../protocol/http_api/log_api.ts";
import { SYSTEM_RANDOM } from "../../../protocol/kernel/random.ts";
import { DmlProcess } from "../../../tools/dml_process.ts";
import { HttpLogsClient } from "../../../user/client/http/logs.ts";
import { MasterHttp } from "../../../user/client/http/master_http.ts";
import { assert, assertEquals, assertGreater } from "../../assert.ts";
import { Cluster, readyFor } from "../cluster.ts";

const ALL = { node: null, level: "info", sinceMs: 0 } as const;

/** Asks the master of `cluster` until `isWanted` is true of all its logs, and returns them. */
async function logsOf(
  cluster: Cluster,
  isWanted: (records: readonly SourcedRecord[]) => boolean,
): Promise<SourcedRecord[]> {
  const address = { hostname: "127.0.0.1", port: cluster.port };
  using http = new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM });
  const logs = new HttpLogsClient(http);
  const records: SourcedRecord[] = [];
  for (let page: LogPage = { records: [], cursor: 0, isMore: true };;) {
    page = await logs.after(page.cursor, { ...ALL, waitMs: 1_000 });
    records.push(...page.records);
    if (!page.isMore && isWanted(records)) return records;
  }
}

function count(records: readonly SourcedRecord[], source: string, message: string): number {
  return records.filter((record) => record.source === source && record.message === message).length;
}

Deno.test("what a node kept while the master was away arrives once, and so does what a killed node kept", async () => {
  await using cluster = await Cluster.start();
  const [one, two] = [cluster.joinUnready("one"), cluster.joinUnready("two")];
  await Promise.all([readyFor(one, "faces@1"), readyFor(two, "faces@1")]);
  const ready = (records: readonly SourcedRecord[], source: string) => count(records, source, "A model is ready.");
  await logsOf(cluster, (records) => ready(records, "one") === 2 && ready(records, "two") === 2);

  // Both nodes log that the master is away; one of them is killed before it comes back.
  const { controlPort } = await cluster.client.info();
  await cluster.master.stop("SIGKILL");
  const away = "There is no connection to the master; the node will retry.";
  // A second line says that the first is in the file of the node.
  const loggedTwice = async (node: DmlProcess) => {
    const { time } = await node.logged(away);
    await node.logged(away, (line) => line.time !== time);
  };
  await Promise.all([loggedTwice(one), loggedTwice(two)]);
  await two.stop("SIGKILL");
  await cluster.restartMaster({ controlPort });
  cluster.joinUnready("two");

  const accepted = "The master has accepted this node.";
  const records = await logsOf(
    cluster,
    (all) => count(all, "one", accepted) === 2 && count(all, "two", accepted) === 2 && ready(all, "two") === 4,
  );
  for (const source of ["one", "two"]) {
    assertGreater(count(records, source, away), 0, source);
    const own = records.filter((record) => record.source === source);
    const seen = new Set(own.map(({ timeMs, message, fields }) => JSON.stringify([timeMs, message, fields])));
    assertEquals(seen.size, own.length, `no record of ${source} is there twice`);
    assertEquals(own.map(({ timeMs }) => timeMs), own.map(({ timeMs }) => timeMs).toSorted((a, b) => a - b), source);
  }
  assertEquals(ready(records, "one"), 2);
  assert(records.some(({ nodeId, message }) => nodeId === null && message === "Node one joined."));
  assertEquals(records.map(({ cursor }) => cursor), records.map((_, index) => index + 1));
});

/** Returns the records that `dml logs -o json` printed as `lines`. */
function printedRecords(lines: readonly string[]): SourcedRecord[] {
  return lines.map((line) => JSON.parse(line));
}

Deno.test("dml logs -f goes on across a restart of the master, and says so", async () => {
  await using cluster = await Cluster.start();
  const node = cluster.joinUnready("attic");
  const line = ["logs", "-f", "-o", "json", "--master", cluster.address];
  await using follower = DmlProcess.start(line, { home: join(cluster.directory, "user"), readsOutput: true });
  const accepted = (output: readonly string[]) =>
    count(printedRecords(output), "attic", "The master has accepted this node.");
  await follower.printed((output) => accepted(output) === 1);
  await cluster.restartMaster();
  await follower.printed((output) => accepted(output) === 2);
  const records = printedRecords(follower.output);
  assert(records.some(({ nodeId, message }) => nodeId === null && message === "Node attic joined."));
  assert(follower.lines.some((text) => text.includes("Waiting for it; Ctrl-C ends this.")), follower.lines.join("\n"));
  assert(follower.lines.includes("The master is back."));
  // A node may log the same words twice in a second, so the records are told apart by their cursors.
  assertEquals(new Set(records.map(({ cursor }) => cursor)).size, records.length, "no record is there twice");
  assertEquals(await follower.stop("SIGINT"), 130);
  assertEquals(await node.stop("SIGTERM"), 0);
});
