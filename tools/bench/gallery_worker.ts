/// <reference lib="deno.worker" />
import { openGallery } from "../../models/gallery/gallery_reader.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import { median, timed } from "./figure.ts";
import { madeDirection, personDirection } from "./made_direction.ts";

const ROUNDS = 41;
const PLAIN_ROUNDS = 5;
/** Rounds until the compiler has optimised the hot code. */
const WARM_UP_ROUNDS = 10;

/** Median times, in milliseconds. */
export interface MatchTimes {
  readonly enrolledMs: number;
  readonly strangerMs: number;
  readonly plainMs: number;
}

self.onmessage = async ({ data }: MessageEvent<GalleryView>) => self.postMessage(await measure(data));
self.postMessage(null);

async function measure(view: GalleryView): Promise<MatchTimes> {
  const { dimensions, people } = view;
  const random = seededRandom(1);
  const reader = openGallery(view);
  const plain = openGallery(view, { isPlain: true });
  const options = { countMax: LIMITS.candidatesMax };
  const times: Record<"enrolled" | "stranger" | "plain", number[]> = { enrolled: [], stranger: [], plain: [] };
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const person = Math.floor(random() * people.count);
    const enrolled = madeDirection(random, { dimensions, centre: personDirection(person, dimensions) });
    const stranger = madeDirection(random, { dimensions });
    const enrolledMs = await timed(() => reader.match(enrolled, options));
    const strangerMs = await timed(() => reader.match(stranger, options));
    if (round < 0) continue;
    times.enrolled.push(enrolledMs);
    times.stranger.push(strangerMs);
    if (round >= PLAIN_ROUNDS) continue;
    for (const embedding of [enrolled, stranger]) {
      times.plain.push(await timed(() => plain.match(embedding, options)));
      const [fast, slow] = [reader, plain].map((one) => JSON.stringify(one.match(embedding, options)));
      if (fast !== slow) throw new Error(`the scan found ${fast} where the plain loop found ${slow}`);
    }
    if (reader.match(enrolled, options)[0].name !== `Person ${person}`) {
      throw new Error(`Person ${person} was not found`);
    }
  }
  return { enrolledMs: median(times.enrolled), strangerMs: median(times.stranger), plainMs: median(times.plain) };
}
