import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { AWAY_MAX_MS, AwayForNow, untilBack } from "../../../../user/client/retry/retry_outage.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { PassingClock } from "../../passing_clock.ts";

const UNREACHABLE = new DmlError("master_unreachable", "Nothing listens there.");

/** Asks a master that is away until `backAtMs`. */
function setUp({ backAtMs = Infinity, seed = 1, error = new AwayForNow(UNREACHABLE) as DmlError }) {
  const clock = new PassingClock();
  const askedAtMs: number[] = [];
  const heard: string[] = [];
  const stop = new AbortController();
  const ask = () => {
    askedAtMs.push(clock.nowMs());
    return clock.nowMs() >= backAtMs ? Promise.resolve("answered") : Promise.reject(error);
  };
  const options = {
    clock,
    random: seededRandom(seed),
    signal: stop.signal,
    onAway: ({ code }: DmlError) => heard.push(code),
  };
  return { clock, askedAtMs, heard, stop, run: () => untilBack(ask, options) };
}

Deno.test("untilBack() asks until a master that is started again has answered", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    for (const backAtMs of [0, 1_000, 2_000, AWAY_MAX_MS]) {
      const at = setUp({ backAtMs, seed });
      assertEquals(await at.run(), "answered");
      assertEquals(at.heard.length, at.askedAtMs.length - 1, "each time that it was away was told");
      assert(at.clock.nowMs() < backAtMs + 1_500 && at.clock.nowMs() <= AWAY_MAX_MS, `${at.clock.nowMs()} ms`);
      assertEquals(at.clock.pending, 0);
    }
  }
});

Deno.test("untilBack() gives up after the same time always, after few tries, with what was thrown", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const at = setUp({ seed });
    const error = await assertRejects(at.run, DmlError);
    assertEquals([error.code, error.message], [UNREACHABLE.code, UNREACHABLE.message]);
    assertEquals(at.clock.nowMs(), AWAY_MAX_MS);
    assert(at.askedAtMs.length <= 10, `${at.askedAtMs.length} tries`);
  }
});

Deno.test("untilBack() does not ask again after any other failure, or when it is stopped", async () => {
  for (const error of [UNREACHABLE, new DmlError("image_unreadable", "No.")]) {
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
