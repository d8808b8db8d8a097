import { logPageSchema } from "../../../protocol/http_api/log_api.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { parseAs } from "../../../protocol/schema.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assert, assertEquals } from "../../assert.ts";
import { idOf } from "../core_world.ts";
import { MasterFixture } from "../master_fixture.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { openStore } from "./store_fixture.ts";

const JOURNAL = idOf("journal", 1);

/** Starts a master that keeps logs. */
async function startMaster(directory: string) {
  const { store } = await openStore(directory);
  const fixture = await MasterFixture.start({ log: store.log, logs: store });
  const get = async (query: string) => await fixture.master.fetch(new Request(`http://127.0.0.1/v1/logs?${query}`));
  const page = async (query: string) =>
    parseAs(logPageSchema, await (await get(query)).json(), { what: "The answer", code: "internal" });
  return { fixture, store, get, page };
}

function recordOf(sequence: number, message: string) {
  return { sequence, timeMs: 1, level: "info", message, fields: {} } as const;
}

Deno.test("GET /v1/logs returns the records of the master and of its nodes, which cannot write in another's name", async () => {
  await using directory = await temporaryDirectory();
  const { fixture, store, page } = await startMaster(directory.path);
  {
    await using master = fixture;
    const node = await master.arrive(1, { name: "master" });
    assertEquals(await node.next("log.position"), { type: "log.position", journal: null, sequence: 0 });
    node.send({ type: "log.records", journal: JOURNAL, lost: 0, records: [recordOf(1, "I am the master.")] });
    assertEquals(await node.next("log.position"), { type: "log.position", journal: JOURNAL, sequence: 1 });
    const of = async (source: string) => (await page(`node=${source}`)).records.map(({ message }) => message);
    // Held until the record is written.
    await page(`after=0&waitMs=30000&node=${node.nodeId}`);
    assertEquals(await of(node.nodeId), ["I am the master."]);
    assert(!(await of("master")).includes("I am the master."));
    const [record] = (await page(`node=${node.nodeId}`)).records;
    assertEquals([record.source, record.nodeId], [`master (${node.nodeId})`, node.nodeId]);
  }
  await store.close();
});

Deno.test("GET /v1/logs holds a request until there is a record, and a master that stops answers it", async () => {
  await using directory = await temporaryDirectory();
  const { fixture, store, page } = await startMaster(directory.path);
  const { cursor } = await page("tail=0");
  const waiting = page(`after=${cursor}&waitMs=30000&level=error`);
  await page(`after=${cursor}&waitMs=0`);
  store.log.error("It broke.");
  assertEquals((await waiting).records.map(({ message }) => message), ["It broke."]);
  const last = page(`after=${(await page("tail=0")).cursor}&waitMs=30000&level=error`);
  await fixture.master.stop({ graceMs: 0 });
  assertEquals((await last).records, []);
  await store.close();
});

Deno.test("GET /v1/logs refuses more readers than its limit with a code that is retried", async () => {
  await using directory = await temporaryDirectory();
  const { fixture, store, get, page } = await startMaster(directory.path);
  const { cursor } = await page("tail=0");
  const waiting = Array.from({ length: LIMITS.logReadersMax }, () => page(`after=${cursor}&waitMs=30000&level=error`));
  const refused = await get("tail=1");
  assertEquals([refused.status, (await refused.json()).code], [429, "queue_full"]);
  store.endWaits();
  await Promise.all(waiting);
  assertEquals((await get("tail=1")).status, 200);
  await fixture.master.stop({ graceMs: 0 });
  await store.close();
});

Deno.test("GET /v1/logs is for the admin, and a master without logs says so", async () => {
  const tokens = newTokens();
  await using fixture = await MasterFixture.start({ credentials: fixedCredentials(tokens) });
  const status = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fixture.master.fetch(new Request("http://127.0.0.1/v1/logs", { headers }));
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await Promise.all([tokens.user, tokens.node, tokens.admin].map(status)), [403, 403, 404]);
});

Deno.test("a node whose connection was replaced is answered on the new one only, where it left off", async () => {
  await using directory = await temporaryDirectory();
  const { fixture, store } = await startMaster(directory.path);
  {
    await using master = fixture;
    const first = await master.arrive(1);
    await first.next("log.position");
    first.send({ type: "log.records", journal: JOURNAL, lost: 0, records: [recordOf(1, "one")] });
    await first.next("log.position");
    await first.close();
    await master.pass(100);
    const second = await master.arrive(1);
    assertEquals(await second.next("log.position"), { type: "log.position", journal: JOURNAL, sequence: 1 });
  }
  await store.close();
});
