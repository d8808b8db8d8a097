import { assertEquals } from "../../assert.ts";
import { attemptsPerWorker, hasRoomFor } from "../../../node/core/worker_capacity.ts";
import { modelOf } from "../../../node/core/models.ts";
import { assign, digest } from "../instructions.ts";
import { History } from "./history.ts";

Deno.test("attemptsPerWorker() is one, and more of what takes a fraction of a millisecond, up to eight", () => {
  const speeds = [null, 0, 0.1, 9, 999, 1_000, 1_499, 1_500, 3_999, 4_000, 1_000_000];
  const together = speeds.map((imagesPerSecond) =>
    attemptsPerWorker({ measured: imagesPerSecond === null ? null : { imagesPerSecond, warmUpMs: 1 } })
  );
  assertEquals(together, [1, 1, 1, 1, 1, 2, 2, 3, 7, 8, 8]);
});

Deno.test("hasRoomFor() fills each worker completely, whatever the shares are", () => {
  for (const [imagesPerSecond, count] of [[5, 3], [1_000, 6], [1_500, 9], [3_500, 21], [90_000, 24]]) {
    const history = new History({ slots: 3, attemptsMax: 100 }).ready(digest(7), { imagesPerSecond });
    const model = modelOf(history.state, digest(7));
    for (let task = 1; task <= count; task++) {
      assertEquals(hasRoomFor(history.state, model), true, `${task} of ${count}`);
      history.instruction(assign(task, { image: null, manifestDigest: digest(7) })).act();
      assertEquals(history.phase(task), "running");
    }
    assertEquals(hasRoomFor(history.state, model), false, `${count} of ${count}`);
  }
});
