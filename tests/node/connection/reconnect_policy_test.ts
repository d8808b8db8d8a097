import { type NextAttempt, ReconnectPolicy } from "../../../node/connection/reconnect_policy.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import { assertEquals } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

const REFUSALS = ["unauthorized", "forbidden", "protocol_version", "usage"] as const;

class Subject {
  readonly clock = new ManualClock();
  readonly #policy: ReconnectPolicy;

  constructor({ hasJoined = false } = {}) {
    this.#policy = new ReconnectPolicy({ clock: this.clock, random: () => 1, hasJoined });
  }

  after(
    code: ErrorCode,
    { wasOpen = false, isFromMaster = false, reason = "Because." } = {},
  ): NextAttempt {
    return this.#policy.afterEnding({ code, reason }, { wasOpen, isFromMaster });
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

/** Refusals with which a master says that it does not want this node. */
const KEY_REFUSALS = ["unauthorized", "forbidden", "node_removed"] as const;

Deno.test("ReconnectPolicy waits up to a minute if the master itself refuses the key of a node that it had accepted", () => {
  for (const code of KEY_REFUSALS) {
    const subject = new Subject();
    assertEquals(subject.after(code, { wasOpen: true, isFromMaster: true }), retry(200, { isRefusal: true }));
    for (const ms of [400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000]) {
      assertEquals(subject.after(code, { isFromMaster: true }), retry(ms, { isRefusal: true, isRepeated: true }));
    }
    assertEquals(subject.after("connection_lost", { wasOpen: true, isFromMaster: true }), retry(200));
  }
});

Deno.test("ReconnectPolicy retries a refusal of the key if an earlier process of the node was accepted, and no other one", () => {
  for (const code of KEY_REFUSALS) {
    assertEquals(new Subject({ hasJoined: true }).after(code, { isFromMaster: true }), retry(200, { isRefusal: true }));
    assertEquals(new Subject({ hasJoined: true }).after(code), { kind: "giveUp" }, "something else answered");
    assertEquals(new Subject().after(code, { isFromMaster: true }), { kind: "giveUp" });
  }
  for (const code of ["protocol_version", "usage"] as const) {
    assertEquals(new Subject({ hasJoined: true }).after(code, { isFromMaster: true }), { kind: "giveUp" });
  }
});

Deno.test("ReconnectPolicy asks every second while the node waits for approval, and says so once a minute", () => {
  const subject = new Subject();
  subject.after("master_unreachable");
  for (const isRepeated of [false, true, true]) {
    assertEquals(subject.after("approval_pending", { isFromMaster: true }), retry(1_000, { isRepeated }));
  }
  subject.clock.advance(60_000);
  assertEquals(subject.after("approval_pending", { isFromMaster: true }), retry(1_000));
  assertEquals(subject.after("connection_lost"), retry(200));
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
