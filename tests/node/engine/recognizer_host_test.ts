import { EMPTY } from "../../../models/catalog/empty.ts";
import { RecognizerHost } from "../../../node/engine/recognizer_host.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { assertEquals } from "../../assert.ts";
import { digest } from "../orders.ts";

Deno.test("RecognizerHost.measure() says the most of what is too quick for the clock", async () => {
  for (const [stepMs, expected] of [[0, LIMITS.imagesPerSecondMax], [400, 500]]) {
    let nowMs = 0;
    const host = new RecognizerHost({ assets: () => Promise.reject(new Error("none")), nowMs: () => nowMs += stepMs });
    await host.load(digest(1), { name: "empty@1", manifest: EMPTY.manifest, layers: new Map() });
    assertEquals(await host.measure(digest(1)), expected);
  }
});
