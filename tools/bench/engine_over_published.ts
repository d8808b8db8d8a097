import { AnsweringWorker } from "./answering_worker.ts";
import { type Figure, median, shown } from "./figure.ts";
import type { EngineKind, ModelsMs } from "./models_worker.ts";

const ROUNDS = 60;
const WARM_UP_ROUNDS = 15;
const FILES = ["detect", "landmarks", "embed"] as const;

/**
 * Compares the time of the face model's files in the engine as dml patches it with their time in
 * the published engine. The two alternate.
 */
export async function engineOverPublished(): Promise<Figure[]> {
  using published = await started();
  using changed = await started();
  const rounds: { published: ModelsMs; changed: ModelsMs }[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const both = { published: await published.ask("published"), changed: await changed.ask("changed") };
    if (round >= 0) rounds.push(both);
  }
  const sum = (ms: ModelsMs) => FILES.reduce((total, file) => total + ms[file], 0);
  const detail = (kind: EngineKind) => {
    const each = FILES.map((file) => `${file} ${median(rounds.map((round) => round[kind][file])).toFixed(1)}`);
    return `${shown(median(rounds.map((round) => sum(round[kind]))), "ms")} (${each.join(", ")})`;
  };
  return [{
    what: "each face model file once / the same in the engine as it is published",
    measured: detail("changed"),
    floor: detail("published"),
    value: median(rounds.map((round) => sum(round.changed) / sum(round.published))),
    unit: "x",
    bound: { atMost: 0.90 },
  }];
}

async function started(): Promise<AnsweringWorker<EngineKind, ModelsMs>> {
  const worker = new AnsweringWorker<EngineKind, ModelsMs>(new URL("./models_worker.ts", import.meta.url));
  await worker.ready;
  return worker;
}
