import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { LineWatch } from "../../../../user/client/http/line_watch.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { ManualClock } from "../../../protocol/manual_clock.ts";

const { heartbeatIntervalMs, deadAfterMs } = LIMITS;

/** Lets everything run that waits for no timer. */
async function settle(): Promise<void> {
  for (let step = 0; step < 20; step++) await Promise.resolve();
}

/** A watch over a line on which `answers` says what becomes of each question. */
function setUp(answers: () => "alive" | "refused" | "silent") {
  const clock = new ManualClock();
  const seen = { asked: 0, silent: 0 };
  const line = new LineWatch({
    clock,
    ask(signal) {
      seen.asked++;
      const answer = answers();
      if (answer === "alive") return Promise.resolve();
      if (answer === "refused") return Promise.reject(new Error("refused"));
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    },
    onSilent: () => void seen.silent++,
  });
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= heartbeatIntervalMs) {
      await settle();
      clock.advance(Math.min(left, heartbeatIntervalMs));
    }
    await settle();
  };
  return { line, clock, seen, pass };
}

Deno.test("LineWatch lets an answer take as long as it takes while the line is alive", async () => {
  const { line, clock, seen, pass } = setUp(() => "alive");
  const request = line.begin();
  await pass(100 * heartbeatIntervalMs);
  assertEquals([request.signal.aborted, seen.silent], [false, 0]);
  assertEquals(seen.asked, 101, "one question an interval");
  request.end();
  await pass(heartbeatIntervalMs);
  assertEquals([seen.asked, clock.pending], [101, 0], "nothing is asked while nothing waits");
});

Deno.test("LineWatch aborts all requests once the line is silent, and not before", async () => {
  for (const silence of ["silent", "refused"] as const) {
    let answer: "alive" | typeof silence = "alive";
    const { line, clock, seen, pass } = setUp(() => answer);
    const requests = [line.begin(), line.begin()];
    await pass(3 * heartbeatIntervalMs);
    answer = silence;
    await pass(deadAfterMs - heartbeatIntervalMs);
    assertEquals(requests.map(({ signal }) => signal.aborted), [false, false]);
    await pass(2 * heartbeatIntervalMs);
    assertEquals([...requests.map(({ signal }) => signal.aborted), seen.silent], [true, true, 1]);
    for (const request of requests) request.end();
    await pass(heartbeatIntervalMs);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("LineWatch gives a request that is sent again its full time", async () => {
  const { line, seen, pass } = setUp(() => "silent");
  line.begin();
  await pass(deadAfterMs);
  const again = line.begin();
  await pass(deadAfterMs - heartbeatIntervalMs);
  assertEquals([again.signal.aborted, seen.silent], [false, 1]);
  await pass(2 * heartbeatIntervalMs);
  assert(again.signal.aborted);
  line.close();
});

Deno.test("LineWatch leaves nothing open when it is closed", async () => {
  const { line, clock, pass } = setUp(() => "silent");
  line.begin();
  await pass(heartbeatIntervalMs);
  line.close();
  await settle();
  assertEquals(clock.pending, 0);
});
