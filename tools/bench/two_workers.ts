import { samplePhoto } from "../sample_photos.ts";
import { type Figure, median, shown, timed } from "./figure.ts";
import { facesPool } from "./node_over_parts.ts";

const ROUNDS = 5;
const PICTURES = 16;
/** Of each pool, before: V8 goes on optimising for tens of pictures, on a core that the second worker would have. */
const WARM_UP_PICTURES = 64;

/** Pictures a second of two workers over those of one, when both are warm. */
export async function twoWorkersOverOne(): Promise<Figure[]> {
  const photo = await samplePhoto(1);
  const one = await facesPool(1);
  const two = await facesPool(2);
  const rate = async ({ engine, digest }: typeof one, pictures = PICTURES) => {
    const lane = async () => {
      for (let picture = 0; picture < pictures / engine.slots; picture++) {
        await engine.run(digest, photo.slice(), {
          annotate: true,
          embeddings: true,
          gallery: null,
          crops: false,
          deadlineMs: 60_000,
        });
      }
    };
    const tookMs = await timed(() => Promise.all(Array.from({ length: engine.slots }, lane)));
    return pictures / tookMs * 1_000;
  };
  for (const pool of [one, two]) await rate(pool, WARM_UP_PICTURES * pool.engine.slots);
  const ofOne: number[] = [];
  const ofTwo: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ofOne.push(await rate(one));
    ofTwo.push(await rate(two));
  }
  await one.engine.close();
  await two.engine.close();
  return [{
    what: "two workers / one, photos a second",
    measured: shown(median(ofTwo), "/s"),
    floor: shown(median(ofOne), "/s"),
    value: median(ofTwo.map((rate, round) => rate / ofOne[round])),
    unit: "x",
    bound: { atLeast: 1.85 },
  }];
}
