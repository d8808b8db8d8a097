import { assertEquals } from "../../assert.ts";
import { hasRoomFor, togetherOf } from "../../../node/core/worker_capacity.ts";
import { recognizerOf } from "../../../node/core/recognizers.ts";
import { assign, digest } from "../orders.ts";
import { History } from "./history.ts";

Deno.test("togetherOf() is one, and more of what takes a fraction of a millisecond, up to eight", () => {
  const speeds = [null, 0, 0.1, 9, 999, 1_000, 1_499, 1_500, 3_999, 4_000, 1_000_000];
  const together = speeds.map((imagesPerSecond) =>
    togetherOf({ measured: imagesPerSecond === null ? null : { imagesPerSecond, warmUpMs: 1 } })
  );
  assertEquals(together, [1, 1, 1, 1, 1, 2, 2, 3, 7, 8, 8]);
});

Deno.test("hasRoomFor() fills each worker to the last, whatever its parts are", () => {
  for (const [imagesPerSecond, count] of [[5, 3], [1_000, 6], [1_500, 9], [3_500, 21], [90_000, 24]]) {
    const history = new History({ slots: 3, attemptsMax: 100 }).ready(digest(7), { imagesPerSecond });
    const recognizer = recognizerOf(history.state, digest(7));
    for (let task = 1; task <= count; task++) {
      assertEquals(hasRoomFor(history.state, recognizer), true, `${task} of ${count}`);
      history.order(assign(task, { image: null, manifestDigest: digest(7) })).act();
      assertEquals(history.phase(task), "running");
    }
    assertEquals(hasRoomFor(history.state, recognizer), false, `${count} of ${count}`);
  }
});
