import { type NextAttempt, ReconnectPolicy } from "../../../node/connection/reconnect_policy.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import { assertEquals } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

const REFUSALS = ["unauthorized", "forbidden", "protocol_version", "usage"] as const;

class Subject {
  readonly clock = new ManualClock();
  readonly #policy = new ReconnectPolicy({ clock: this.clock, random: () => 1 });

  after(code: ErrorCode, { wasOpen = false, reason = "Because." } = {}): NextAttempt {
    return this.#policy.afterEnding({ code, reason }, { wasOpen });
  }
}

function retry(retryInMs: number, { isRefusal = false, isRepeated = false } = {}): NextAttempt {
  return { kind: "retry", retryInMs, isRefusal, isRepeated };
}

Deno.test("ReconnectPolicy gives up on a refusal if the node was never accepted, even after other failures", () => {
  for (const code of REFUSALS) {
    const subject = new Subject();
    assertEquals(subject.after("master_unreachable"), retry(200));
    assertEquals(subject.after(code), { kind: "giveUp" });
  }
});

Deno.test("ReconnectPolicy retries a refusal once the node was accepted, waiting longer up to the limit", () => {
  for (const code of REFUSALS) {
    const subject = new Subject();
    assertEquals(subject.after("connection_lost", { wasOpen: true }), retry(200));
    assertEquals(subject.after(code), retry(400, { isRefusal: true }));
    for (const ms of [800, 1_600, 3_200, 6_400, 10_000, 10_000]) {
      assertEquals(subject.after(code), retry(ms, { isRefusal: true, isRepeated: true }));
    }
  }
});

Deno.test("ReconnectPolicy waits longer each time for a master that accepts and then refuses", () => {
  const subject = new Subject();
  const refused = () => subject.after("protocol_version", { wasOpen: true });
  assertEquals(refused(), retry(200, { isRefusal: true }));
  assertEquals(refused(), retry(400, { isRefusal: true, isRepeated: true }));
  assertEquals(subject.after("connection_lost", { wasOpen: true }), retry(200));
});

Deno.test("ReconnectPolicy reports each refusal once a minute", () => {
  const subject = new Subject();
  const isRepeated = (reason: string) => {
    const next = subject.after("unauthorized", { wasOpen: true, reason });
    return next.kind === "retry" && next.isRepeated;
  };
  assertEquals([isRepeated("A."), isRepeated("B."), isRepeated("A.")], [false, false, true]);
  subject.clock.advance(60_000);
  assertEquals([isRepeated("A."), isRepeated("A.")], [false, true]);
});
