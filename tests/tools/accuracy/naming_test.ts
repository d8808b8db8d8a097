import { defaultThresholds, rateOfSimilarity } from "../../../models/gallery/default_thresholds.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { type NamedFace, namedOf, NamingMeter } from "../../../tools/accuracy/naming.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../assert.ts";

const PERSONS = 120;
const quality = { eyeDistance: 40, sharpness: 200 };

/** A face in a direction of its own; a second number turns it towards another direction. */
function faceOf(name: string, direction: number, towards?: number): NamedFace {
  const embedding = new Float32Array(PERSONS + 1);
  embedding[direction] = towards === undefined ? 1 : 0.8;
  if (towards !== undefined) embedding[towards] = 0.6;
  return { name, embedding, quality };
}

const strangers = Array.from({ length: PERSONS }, (_, at) => faceOf(`person ${at}`, at));

Deno.test("NamingMeter.measure() names nobody among persons who are not alike", () => {
  const { strangers: seen, enrolled, known, pairRate } = new NamingMeter(strangers, seededRandom(1)).measure(20);
  assert(seen !== null && seen.asked >= 20_000);
  assertEquals([seen.named, seen.uncertain, enrolled, pairRate], [0, 0, null, null]);
  assertEquals(known, defaultThresholds(20).known);
});

Deno.test("NamingMeter.measure() counts the strangers who are like somebody enrolled", () => {
  // Both are alike to each other, and to nobody else: the one is named if the other is enrolled.
  const twin = faceOf("twin", PERSONS, 0);
  const { strangers: seen } = new NamingMeter([...strangers, twin], seededRandom(1)).measure(1);
  assert(seen !== null);
  assertEquals(seen.asked % PERSONS, 0);
  const expected = 2 / (PERSONS + 1) / PERSONS;
  assert(seen.named > 0 && Math.abs(seen.named / seen.asked - expected) < 2 * expected);
});

Deno.test("NamingMeter.measure() counts right and wrong names of further faces", () => {
  const right = faceOf("person 0", 0);
  const wrong = { ...faceOf("person 1", 2), name: "person 1" };
  const meter = new NamingMeter([...strangers, right, wrong], seededRandom(1));
  const { enrolled } = meter.measure(20);
  assert(enrolled !== null && enrolled.right > 0 && enrolled.wrong > 0);
  assert(enrolled.right + enrolled.wrong <= enrolled.asked);
  assertEquals(meter.persons, PERSONS);
});

Deno.test("NamingMeter.measure() does not measure a gallery with too few others, and models it", () => {
  const { strangers: seen, modelled } = new NamingMeter(strangers, seededRandom(1)).measure(20_000);
  assertEquals(seen, null);
  assertAlmostEquals(modelled, 20_000 * rateOfSimilarity(0.62), 1e-5);
});

Deno.test("NamingMeter.mostAlike() returns the pairs of two persons, most alike first", () => {
  const faces = [...strangers, faceOf("twin", PERSONS, 0)];
  const [first, second] = new NamingMeter(faces, seededRandom(1)).mostAlike(2);
  assertEquals(first.names, ["person 0", "twin"]);
  assertAlmostEquals(first.similarity, 0.6, 1e-6);
  assertEquals(second.similarity, 0);
});

Deno.test("namedOf() is nearly size times rate while both are small, and never above one", () => {
  assertAlmostEquals(namedOf(1_000, 1e-6), 1e-3, 1e-6);
  assertEquals(namedOf(1, 0.25), 0.25);
  assertAlmostEquals(namedOf(1_000_000, 0.01), 1, 1e-9);
});
