import { modelLine, statusLines } from "../../../node/orders/status_text.ts";
import type { ModelState } from "../../../node/core/state.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { assertEquals } from "../../assert.ts";
import { MODEL, offer } from "../instructions.ts";

const HOUR_MS = 3_600_000;

function model(changes: Partial<ModelState> = {}): ModelState {
  return {
    manifestDigest: MODEL,
    offer: { ...offer(MODEL), model: "faces@1" },
    phase: "ready",
    retired: false,
    isStale: false,
    fetchedBytes: 0,
    measured: { imagesPerSecond: 4, warmUpMs: 1 },
    failure: null,
    ...changes,
  };
}

Deno.test("modelLine() says the speed of a model that is ready, else its phase and why", () => {
  const failure = { code: "disk_full", reason: "No room." };
  assertEquals(modelLine(model()), "faces@1: 4.0 images/s");
  assertEquals(modelLine(model(), 5.25), "faces@1: 4.0 images/s (was 5.3)");
  const fast = { imagesPerSecond: LIMITS.imagesPerSecondMax, warmUpMs: 1 };
  assertEquals(modelLine(model({ measured: fast })), "faces@1: over 1,000,000 images/s");
  assertEquals(modelLine(model({ phase: "fetching", measured: null })), "faces@1: fetching");
  assertEquals(modelLine(model({ phase: "failed", failure })), "faces@1: failed: No room.");
  assertEquals(modelLine(model({ phase: "loading", failure })), "faces@1: loading", "it is tried again");
});

Deno.test("statusLines() say since when, that a node is drained, and the limit of its files", () => {
  const availability = {
    type: "availability",
    freeSlots: 1,
    running: 2,
    queued: 3,
    draining: true,
    memoryFreeBytes: 2 ** 30,
    diskFreeBytes: 2 ** 31,
    load: 1.25,
  } as const;
  const cache = { files: 2, bytes: 5 * 2 ** 20, bytesMax: 2 ** 33 };
  const common = { version: "0.1.0", availability, models: [], cache };
  const ups = [[59_999, "59 s"], [60_000, "1 min"], [3 * HOUR_MS + 240_000, "3 h 4 min"], [
    50 * HOUR_MS,
    "2 d 2 h",
  ]] as const;
  for (const [upMs, text] of ups) {
    assertEquals(statusLines({ ...common, upMs }), [
      `dml 0.1.0, up ${text}, 2 running, 3 queued, 1 free, takes no new work.`,
      "memory free: 1024 MiB, disk free: 2048 MiB, load: 1.3, model files: 2, 5 MiB of 8192 MiB",
    ]);
  }
});
