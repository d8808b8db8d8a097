import { AnsweringWorker } from "./answering_worker.ts";
import { type Figure, median, shown } from "./figure.ts";
import type { EngineKind, LayersMs } from "./layers_worker.ts";

const ROUNDS = 60;
const WARM_UP_ROUNDS = 15;
const LAYERS = ["detect", "landmarks", "embed"] as const;

/** The layers of the face recognizer in the engine as dml changes it, over the same in the engine as it is published, by turns. */
export async function engineOverPublished(): Promise<Figure[]> {
  using published = await started();
  using changed = await started();
  const rounds: { published: LayersMs; changed: LayersMs }[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const both = { published: await published.ask("published"), changed: await changed.ask("changed") };
    if (round >= 0) rounds.push(both);
  }
  const sum = (ms: LayersMs) => LAYERS.reduce((total, layer) => total + ms[layer], 0);
  const detail = (kind: EngineKind) => {
    const each = LAYERS.map((layer) => `${layer} ${median(rounds.map((round) => round[kind][layer])).toFixed(1)}`);
    return `${shown(median(rounds.map((round) => sum(round[kind]))), "ms")} (${each.join(", ")})`;
  };
  return [{
    what: "each face layer once / the same in the engine as it is published",
    measured: detail("changed"),
    floor: detail("published"),
    value: median(rounds.map((round) => sum(round.changed) / sum(round.published))),
    unit: "x",
    bound: { atMost: 0.90 },
  }];
}

async function started(): Promise<AnsweringWorker<EngineKind, LayersMs>> {
  const worker = new AnsweringWorker<EngineKind, LayersMs>(new URL("./layers_worker.ts", import.meta.url));
  await worker.ready;
  return worker;
}
