import { PATHS } from "../../../../protocol/http_api/paths.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { z } from "../../../../protocol/schema.ts";
import { type Call, MasterHttp } from "../../../../user/client/http/master_http.ts";
import { TemporaryOutage } from "../../../../user/client/retry/retry.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { ManualClock } from "../../../protocol/manual_clock.ts";

const SCHEMA = z.strictObject({});

/**
 * Asks, by `call`, a master that answers the first request and nothing after it, and returns the
 * error with which the second request ends.
 */
async function silenced(call: Call): Promise<DmlError> {
  const reached = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  let answered = false;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    const isHeartbeat = new URL(url).pathname === PATHS.health;
    if (!answered) return Response.json({});
    if (!isHeartbeat) reached.resolve();
    return over.promise.then(() => Response.json({}));
  });
  const clock = new ManualClock();
  using http = new MasterHttp({
    address: { hostname: "127.0.0.1", port: server.addr.port },
    token: null,
    clock,
    random: seededRandom(1),
    watchesLine: true,
    outageMs: 0,
  });
  await http.ask(SCHEMA, "/v1/asked");
  answered = true;
  clock.advance(LIMITS.heartbeatIntervalMs);
  const asking = http.ask(SCHEMA, "/v1/asked", { ...call, timeoutMs: 120_000 });
  await reached.promise;
  clock.advance(LIMITS.deadAfterMs);
  const error = await assertRejects(() => asking, DmlError);
  over.resolve();
  return error;
}

Deno.test("MasterHttp gives a request up when the line is silent, long before its own time limit", async () => {
  const error = await silenced({ method: "POST", retryOn: ["outage"] });
  assertEquals([error.code, error instanceof TemporaryOutage], ["master_unreachable", true]);
  assertStringIncludes(error.message, "it has been silent for 6 s.");
  assertStringIncludes(error.advice, "dml serve");
});

Deno.test("MasterHttp says of a request that must not be sent twice that it may have been done", async () => {
  const error = await silenced({ method: "DELETE" });
  assertEquals(error.code, "master_unreachable");
  assertStringIncludes(error.advice, "It may have been done all the same");
});
