import { assertEquals, assertThrows } from "../../assert.ts";
import { FailureDetector } from "../../../protocol/wire/failure_detector.ts";
import { InvariantError } from "../../../protocol/kernel/invariant.ts";

const LIMITS = { suspectAfterMs: 300, deadAfterMs: 600 };

Deno.test("FailureDetector() goes from green to yellow to red at its limits", () => {
  const detector = new FailureDetector(1_000, LIMITS);
  const judged = [1_000, 1_299, 1_300, 1_599, 1_600, 9_999].map((nowMs) => detector.health(nowMs));
  assertEquals(judged, ["green", "green", "yellow", "yellow", "red", "red"]);
});

Deno.test("signal() makes it green again, from when it came", () => {
  const detector = new FailureDetector(0, LIMITS);
  assertEquals(detector.health(700), "red");
  detector.signal(700);
  assertEquals(detector.health(700), "green");
  assertEquals(detector.health(1_000), "yellow");
});

Deno.test("signal() that is told of late takes nothing back", () => {
  const detector = new FailureDetector(0, LIMITS);
  detector.signal(500);
  detector.signal(100);
  assertEquals(detector.silenceMs(600), 100);
});

Deno.test("silenceMs() is never negative, also when the clock is behind", () => {
  assertEquals(new FailureDetector(500, LIMITS).silenceMs(400), 0);
});

Deno.test("FailureDetector() refuses limits in the wrong order", () => {
  const wrong = { suspectAfterMs: 600, deadAfterMs: 300 };
  assertThrows(() => new FailureDetector(0, wrong), InvariantError);
  assertThrows(() => new FailureDetector(0, { suspectAfterMs: 0, deadAfterMs: 1 }), InvariantError);
});
