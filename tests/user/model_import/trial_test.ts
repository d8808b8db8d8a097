import type { Manifest } from "../../../models/manifest.ts";
import type { ModelFileReader } from "../../../node/engine/engine.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { runTrial, type TrialEngine } from "../../../user/model_import/trial.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { emptyManifest } from "../../master/core_world.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

const AFTER = Uint8Array.of(1);
const BEFORE = Uint8Array.of(2);
const DIGEST = digestOf(AFTER);
const MANIFEST: Manifest = { ...emptyManifest(), files: [{ role: "model", digest: DIGEST, size: 1 }] };
const FILES = new Map([[DIGEST, AFTER]]);

/** An engine that reports the speed that the test assigns to the first byte of the model file. */
class ScriptedEngine implements TrialEngine {
  readonly loaded: number[] = [];
  constructor(readonly measure: (byte: number) => number, readonly onLoad = () => {}) {}
  async load(_digest: string, _manifest: Manifest, readFiles: ModelFileReader) {
    const [byte] = (await readFiles()).get("model") ?? [0];
    this.loaded.push(byte);
    this.onLoad();
    return { imagesPerSecond: this.measure(byte) };
  }
  unload = () => Promise.resolve();
  close = () => Promise.resolve();
}

Deno.test("runTrial() measures both files by turns, skips the first run, and takes the medians", async () => {
  const measured = [99, 10, 21, 12, 40, 11, 20, 500, 22, 1, 23];
  const engine = new ScriptedEngine(() => measured.shift() ?? NaN);
  const prepared = { manifest: MANIFEST, files: FILES, published: new Map([["model", BEFORE]]) };
  const result = await runTrial(prepared, { engine, clock: new ManualClock() });
  assertEquals(engine.loaded, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]);
  assertEquals(result, { imagesPerSecond: 22, imagesPerSecondBefore: 11 });
});

Deno.test("runTrial() loads an unchanged file once, and a slow one only a few times", async () => {
  const clock = new ManualClock();
  const once = new ScriptedEngine(() => 7);
  const same = await runTrial({ manifest: MANIFEST, files: FILES, published: null }, { engine: once, clock });
  assertEquals([same, once.loaded], [{ imagesPerSecond: 7, imagesPerSecondBefore: null }, [1]]);
  const slow = new ScriptedEngine(() => 7, () => clock.advance(6_000));
  await runTrial({ manifest: MANIFEST, files: FILES, published: new Map([["model", BEFORE]]) }, {
    engine: slow,
    clock,
  });
  assertEquals(slow.loaded, [1, 2, 1]);
});

Deno.test("runTrial() reports the engine's refusal in plain words; it rethrows other errors", async () => {
  const refusing = (code: ErrorCode, message: string) =>
    new ScriptedEngine(() => {
      throw new DmlError(code, message);
    });
  const prepared = { manifest: MANIFEST, files: FILES, published: null };
  const failure = async (engine: TrialEngine) => {
    const error = await assertRejects(() => runTrial(prepared, { engine, clock: new ManualClock() }), DmlError);
    return [error.code, error.message];
  };
  assertEquals(
    await failure(refusing("engine_failed", "… ERROR_MESSAGE: No Op registered for Foo with domain_version of 9")),
    ["model_invalid", "The engine cannot run it: it has no operator Foo in version 9 of its set."],
  );
  assertEquals(await failure(refusing("worker_died", "x")), [
    "model_invalid",
    "The engine cannot run it: it crashes the engine.",
  ]);
  assertEquals(await failure(refusing("assets_missing", "x")), ["assets_missing", "x"]);
});
