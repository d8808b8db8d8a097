import { encodeManifest, type Manifest } from "../../models/manifest.ts";
import { plainRefusal } from "../../models/onnx/engine_operators.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { filesOf, type Prepared } from "./prepared.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The engine of a node, in this process. */
export interface TrialEngine {
  load(
    manifestDigest: string,
    manifest: Manifest,
    readFiles: () => Promise<ReadonlyMap<string, Bytes>>,
  ): Promise<{ imagesPerSecond: number; unwarmed?: string }>;
  unload(manifestDigest: string): Promise<void>;
  close(): Promise<void>;
}

/** Measured speed of one worker. */
export interface TrialResult {
  readonly imagesPerSecond: number;
  /** Speed with the files as they were published; `null` if optimising changed nothing. */
  readonly imagesPerSecondBefore: number | null;
  /** Reason why it could only be loaded here, not run; absent if it ran. */
  readonly unwarmed?: string;
}

/**
 * Number of measured rounds, of which the median is taken. They are preceded by one that does not
 * count because the first is slower, and end early after a round that takes too long.
 */
const ROUNDS = 5;
const LONG_ROUND_MS = 10_000;

/**
 * Loads a model as a node does and runs it, so that a model which nodes would refuse is refused
 * here, before any node receives it. Measures it alternately with the files as they were published,
 * so that other load of the host affects both alike. Throws `model_invalid` with the reason of the
 * engine, `deadline_exceeded` if it is not loaded in time.
 */
export async function runTrial(
  prepared: Prepared,
  { engine, clock }: { engine: TrialEngine; clock: Clock },
): Promise<TrialResult> {
  const { manifest, published } = prepared;
  const files = filesOf(prepared);
  const after: number[] = [];
  const before: number[] = [];
  const first = await measured(engine, manifest, files);
  // A model that did not run has no speed to compare.
  if (published === null || first.unwarmed !== undefined) return { ...first, imagesPerSecondBefore: null };
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = clock.nowMs();
    before.push((await measured(engine, manifest, published)).imagesPerSecond);
    after.push((await measured(engine, manifest, files)).imagesPerSecond);
    if (clock.nowMs() - startMs > LONG_ROUND_MS) break;
  }
  return { imagesPerSecond: median(after), imagesPerSecondBefore: median(before) };
}

async function measured(
  engine: TrialEngine,
  manifest: Manifest,
  files: ReadonlyMap<string, Bytes>,
): Promise<{ imagesPerSecond: number; unwarmed?: string }> {
  const { digest } = encodeManifest(manifest);
  try {
    const copies = () => Promise.resolve(new Map([...files].map(([role, bytes]) => [role, bytes.slice()])));
    const { imagesPerSecond, unwarmed } = await engine.load(digest, manifest, copies);
    await engine.unload(digest);
    return unwarmed === undefined ? { imagesPerSecond } : { imagesPerSecond, unwarmed };
  } catch (error) {
    const { code, message } = asDmlError(error);
    if (code !== "engine_failed" && code !== "model_invalid" && code !== "worker_died") throw error;
    const reason = code === "worker_died" ? "it crashes the engine" : plainRefusal(message);
    throw new DmlError("model_invalid", `The engine cannot run it: ${reason.replace(/\.$/, "")}.`, {
      cause: error,
      advice: "Correct the manifest, or export the model again; no node has received it.",
    });
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1];
}
