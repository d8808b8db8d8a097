import { EMPTY } from "../../../models/catalog/empty.ts";
import { ModelHost } from "../../../node/engine/model_host.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { assertEquals } from "../../assert.ts";
import { digest } from "../instructions.ts";

Deno.test("ModelHost.measure() reports the maximum for a model too fast for the clock", async () => {
  for (const [stepMs, expected] of [[0, LIMITS.imagesPerSecondMax], [400, 500]]) {
    let nowMs = 0;
    const host = new ModelHost({ assets: () => Promise.reject(new Error("none")), nowMs: () => nowMs += stepMs });
    await host.load(digest(1), { name: "empty@1", manifest: EMPTY.manifest, files: new Map() });
    assertEquals(await host.measure(digest(1)), { imagesPerSecond: expected });
  }
});
