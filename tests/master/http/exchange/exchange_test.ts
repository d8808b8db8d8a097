import { problemSchema } from "../../../../protocol/http_api/api.ts";
import { withExchange } from "../../../../master/http/exchange/exchange.ts";
import { SILENT_LOG } from "../../../../protocol/kernel/log.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../../assert.ts";
import { ManualClock } from "../../../protocol/manual_clock.ts";
import { MasterFixture, resultOf } from "../../master_fixture.ts";
import { ask } from "../http_fixture.ts";

const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

Deno.test("every answer carries the id of its request: the caller's, or else a new one", async () => {
  await using fixture = await MasterFixture.start();
  const idOf = async (headers: HeadersInit, path = "/v1/health") => {
    const response = await ask(fixture.master, path, { headers });
    await response.body?.cancel();
    return response.headers.get("x-request-id") ?? "";
  };
  assertEquals(await idOf({ "x-request-id": "abc-1/2:3" }), "abc-1/2:3");
  for (const invalid of ["", "a b", "<script>", "x".repeat(129)]) {
    assertMatch(await idOf({ "x-request-id": invalid }), /^req_[0-9a-z]{20}$/);
  }
  assert(await idOf({}) !== await idOf({}), "each has its own");
  assertEquals(await idOf({ "x-request-id": "lost" }, "/nowhere"), "lost");
});

Deno.test("a problem and its log line carry the id and the trace of the request", async () => {
  await using fixture = await MasterFixture.start();
  const headers = { "x-request-id": "my-id", traceparent: TRACE };
  const response = await ask(fixture.master, "/v1/predictions?colour=red", { method: "POST", headers });
  assertEquals(problemSchema.parse(await response.json()).requestId, "my-id");
  for (const message of ["A request was refused.", "A request was answered."]) {
    const line = fixture.logged.find((logged) => logged.message === message);
    assertEquals([line?.fields.requestId, line?.fields.traceparent], ["my-id", TRACE]);
  }
  await (await ask(fixture.master, "/v1/health", { headers: { traceparent: "00-zz" } })).body?.cancel();
  assertEquals(fixture.logged.at(-1)?.fields.traceparent, undefined, "an invalid one is ignored");
});

Deno.test("an answer says how long the picture was queued, on its way, and worked on", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const asked = ask(fixture.master, "/v1/predictions", { method: "POST", body: new Uint8Array(3) });
  const assign = await node.next("task.assign");
  fixture.clock.advance(40);
  node.send(resultOf(assign, { serviceMs: 30 }));
  const response = await asked;
  const { timings, attempts } = await response.json();
  assertEquals([timings, attempts], [{ queuedMs: 0, transferMs: 10, nodeMs: 30, returnMs: 0 }, 1]);
  assertEquals(
    response.headers.get("server-timing"),
    "queue;dur=0, transfer;dur=10, node;dur=30, return;dur=0, total;dur=40",
  );
});

Deno.test("withExchange() lets pages of the named origins ask, and no others", async () => {
  const options = { clock: new ManualClock(), random: seededRandom(1), log: SILENT_LOG };
  const asked: string[] = [];
  const handler = withExchange((request) => {
    asked.push(request.method);
    return new Response("yes");
  }, { ...options, corsOrigins: ["https://photos.example"] });
  const answerTo = async (origin: string, method = "GET") => {
    const headers = new Headers({ origin });
    if (method === "OPTIONS") headers.set("access-control-request-method", "POST");
    const request = new Request("http://127.0.0.1/", { method, headers });
    const response = await handler(request, {});
    await response.body?.cancel();
    return response;
  };
  const allowed = await answerTo("https://photos.example");
  assertEquals(allowed.headers.get("access-control-allow-origin"), "https://photos.example");
  assertStringIncludes(allowed.headers.get("access-control-expose-headers") ?? "", "x-request-id");
  const preflight = await answerTo("https://photos.example", "OPTIONS");
  assertEquals([preflight.status, asked], [204, ["GET"]], "the handler is not asked");
  assertStringIncludes(preflight.headers.get("access-control-allow-headers") ?? "", "authorization");
  const other = await answerTo("https://evil.example", "OPTIONS");
  assertEquals([other.headers.get("access-control-allow-origin"), asked], [null, ["GET", "OPTIONS"]]);
  assertEquals(other.headers.get("vary"), "origin");
});
