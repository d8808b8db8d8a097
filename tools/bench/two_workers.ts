import { samplePhoto } from "../sample_photos.ts";
import type { LoopKind } from "./loop_worker.ts";
import { AnsweringWorker } from "./answering_worker.ts";
import { type Figure, median, shown, timed } from "./figure.ts";
import { facesPool } from "./node_over_parts.ts";

const ROUNDS = 15;
const PICTURES = 16;
/**
 * Pictures for each worker before the measurement: V8 goes on optimising for tens of pictures, on a
 * core that the second worker would otherwise have.
 */
const WARM_UP_PICTURES = 64;
const ASKED = { annotate: true, embeddings: true, gallery: null, crops: false, deadlineMs: 60_000 };

/**
 * Compares the pictures a second of two warm workers with those of one. Beside it the gain of two
 * plain loops over one, which is 2 if two cores are free. Recognition also moves memory, whose
 * bandwidth two cores may have to share.
 */
export async function twoWorkersOverOne(): Promise<Figure[]> {
  const photo = await samplePhoto(1);
  const one = await facesPool(1);
  const two = await facesPool(2);
  const rate = async ({ engine, digest }: typeof one, pictures = PICTURES) => {
    const ofLane = pictures / engine.slots;
    const lane = async () => {
      for (let picture = 0; picture < ofLane; picture++) await engine.run(digest, photo.slice(), ASKED);
    };
    // Each lane is timed separately: with more pictures, the lane that finishes first would not
    // idle.
    const tookMs = await Promise.all(Array.from({ length: engine.slots }, () => timed(lane)));
    return tookMs.reduce((sum, ms) => sum + ofLane / ms * 1_000, 0);
  };
  using stack = new DisposableStack();
  const loops = [0, 1].map(() =>
    stack.use(new AnsweringWorker<LoopKind, void>(new URL("./loop_worker.ts", import.meta.url)))
  );
  await Promise.all(loops.map(({ ready }) => ready));
  for (const pool of [one, two]) await rate(pool, WARM_UP_PICTURES * pool.engine.slots);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [ofOne, ofTwo] = [await rate(one), await rate(two)];
    rounds.push({ ofOne, ofTwo, cores: await twoOverOne(loops, "core"), memory: await twoOverOne(loops, "memory") });
  }
  await one.engine.close();
  await two.engine.close();
  const [cores, memory] = [median(rounds.map(({ cores }) => cores)), median(rounds.map(({ memory }) => memory))];
  return [{
    what: "two workers / one, photos a second",
    measured: shown(median(rounds.map(({ ofTwo }) => ofTwo)), "/s"),
    floor: `${shown(median(rounds.map(({ ofOne }) => ofOne)), "/s")}; two plain loops / one ${shown(cores, "x")}, ` +
      `two that copy memory / one ${shown(memory, "x")}`,
    value: median(rounds.map(({ ofOne, ofTwo }) => ofTwo / ofOne)),
    unit: "x",
    bound: { atLeast: 1.85 },
  }];
}

/** Returns how many times the work of one loop two loops at once do in the same time. */
async function twoOverOne(loops: readonly AnsweringWorker<LoopKind, void>[], kind: LoopKind): Promise<number> {
  const oneMs = await timed(() => loops[0].ask(kind));
  const twoMs = await timed(() => Promise.all(loops.map((loop) => loop.ask(kind))));
  return 2 * oneMs / twoMs;
}
