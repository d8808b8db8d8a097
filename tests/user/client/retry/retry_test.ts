import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import {
  RetryableRefusal,
  retryOnOutage,
  retryOnRefusal,
  TemporaryOutage,
} from "../../../../user/client/retry/retry.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { PassingClock } from "../../passing_clock.ts";

const OUTAGE_MAX_MS = 5_000;
const UNREACHABLE = new DmlError("master_unreachable", "Nothing listens there.");
const FULL = new DmlError("queue_full", "4096 pictures wait.");

/** An attempt that throws `error` until `backAtMs`, repeated by `policy`. */
function setUp(
  { policy = retryOnOutage, backAtMs = Infinity, seed = 1, error = new TemporaryOutage(UNREACHABLE) as DmlError },
) {
  const clock = new PassingClock();
  const askedAtMs: number[] = [];
  const heard: string[] = [];
  const stop = new AbortController();
  const attempt = () => {
    askedAtMs.push(clock.nowMs());
    return clock.nowMs() >= backAtMs ? Promise.resolve("answered") : Promise.reject(error);
  };
  const options = {
    clock,
    random: seededRandom(seed),
    signal: stop.signal,
    outageMs: OUTAGE_MAX_MS,
    onRetry: ({ code }: DmlError) => heard.push(code),
  };
  return { clock, askedAtMs, heard, stop, run: () => policy(attempt, options) };
}

Deno.test("retryOnOutage() asks until a master that is started again has answered", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    for (const backAtMs of [0, 1_000, 2_000, OUTAGE_MAX_MS]) {
      const at = setUp({ backAtMs, seed });
      assertEquals(await at.run(), "answered");
      assertEquals(at.heard.length, at.askedAtMs.length - 1, "each time that it was away was told");
      assert(at.clock.nowMs() < backAtMs + 1_500 && at.clock.nowMs() <= OUTAGE_MAX_MS, `${at.clock.nowMs()} ms`);
      assertEquals(at.clock.pending, 0);
    }
  }
});

Deno.test("retryOnOutage() gives up after the same time always, after few tries, with what was thrown", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const at = setUp({ seed });
    const error = await assertRejects(at.run, DmlError);
    assertEquals([error.code, error.message], [UNREACHABLE.code, UNREACHABLE.message]);
    assertEquals(at.clock.nowMs(), OUTAGE_MAX_MS);
    assert(at.askedAtMs.length <= 10, `${at.askedAtMs.length} tries`);
  }
});

Deno.test("retryOnOutage() does not ask again after any other failure, or when it is stopped", async () => {
  for (const error of [UNREACHABLE, new DmlError("image_unreadable", "No."), new RetryableRefusal(FULL, null)]) {
    const at = setUp({ error });
    assertEquals(await assertRejects(at.run), error);
    assertEquals([at.askedAtMs, at.heard], [[0], []]);
  }
  const at = setUp({});
  const running = assertRejects(at.run, DmlError);
  at.stop.abort();
  assertEquals((await running).code, "interrupted");
  assertEquals(at.askedAtMs.length, 1);
});

Deno.test("retryOnRefusal() waits as long as the master asks for, five seconds at most", async () => {
  const waits: [number, number][] = [[0, 0], [1_000, 1_000], [5_000, 5_000], [60_000, 5_000]];
  for (const [retryAfterMs, waitMs] of waits) {
    const error = new RetryableRefusal(FULL, retryAfterMs);
    const at = setUp({ policy: retryOnRefusal, error });
    await assertRejects(at.run, RetryableRefusal);
    assertEquals(at.askedAtMs, [0, 1, 2, 3, 4, 5].map((times) => times * waitMs));
    assertEquals(at.heard, Array(5).fill("queue_full"));
  }
});

Deno.test("retryOnRefusal() waits longer each time where the master names no wait", async () => {
  const at = setUp({ policy: retryOnRefusal, error: new RetryableRefusal(FULL, null) });
  await assertRejects(at.run, RetryableRefusal);
  for (const [index, askedAtMs] of at.askedAtMs.slice(1).entries()) {
    const waitMs = askedAtMs - at.askedAtMs[index];
    const fullMs = Math.min(5_000, 250 * 2 ** index);
    assert(waitMs >= fullMs / 2 && waitMs <= fullMs, `wait ${index + 1} took ${waitMs} ms`);
  }
});

Deno.test("retryOnRefusal() does not ask again after any other failure, or when it is stopped", async () => {
  for (const error of [FULL, new TemporaryOutage(UNREACHABLE)]) {
    const at = setUp({ policy: retryOnRefusal, error });
    assertEquals(await assertRejects(at.run), error);
    assertEquals([at.askedAtMs, at.heard], [[0], []]);
  }
  const at = setUp({ policy: retryOnRefusal, error: new RetryableRefusal(FULL, 1_000) });
  const running = assertRejects(at.run, DmlError);
  at.stop.abort();
  assertEquals((await running).code, "interrupted");
});
