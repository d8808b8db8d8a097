import { RecentPictures } from "../../../master/observe/recent_pictures.ts";
import { assertAlmostEquals, assertEquals } from "../../assert.ts";

const OK = { outcome: "ok", totalMs: 100, queueMs: 10, nodeMs: 60 };

Deno.test("RecentPictures.counts() tells answers, refusals by code, and the rate of the last minute", () => {
  const recent = new RecentPictures(0);
  for (let second = 0; second < 120; second++) recent.add(OK, second * 1_000);
  recent.add({ outcome: "image_unreadable", totalMs: 5, queueMs: 5, nodeMs: null }, 119_500);
  const { answered, failed, perSecond } = recent.counts(119_900);
  assertEquals([answered, failed], [121, { image_unreadable: 1 }]);
  assertAlmostEquals(perSecond, 61 / 60);
  assertEquals(recent.counts(300_000).perSecond, 0);
});

Deno.test("RecentPictures.counts() takes the rate over the time since the start, if that is shorter", () => {
  const recent = new RecentPictures(1_000);
  for (let count = 0; count < 10; count++) recent.add(OK, 3_000);
  assertEquals(recent.counts(6_000).perSecond, 2);
});

Deno.test("RecentPictures.latency() is of the recognised ones among the newest answers", () => {
  const recent = new RecentPictures(0);
  assertEquals(recent.latency(), null);
  recent.add({ ...OK, outcome: "deadline_exceeded", nodeMs: null, totalMs: 9_999 }, 0);
  for (let number = 1; number <= 100; number++) recent.add({ ...OK, totalMs: number * 10, nodeMs: number }, 0);
  assertEquals(recent.latency(), { count: 100, p50Ms: 500, p95Ms: 950, queueMs: 10, wayMs: 440, nodeMs: 50 });
  for (let number = 0; number < 600; number++) recent.add(OK, 0);
  assertEquals(recent.latency(), { count: 512, p50Ms: 100, p95Ms: 100, queueMs: 10, wayMs: 30, nodeMs: 60 });
});
