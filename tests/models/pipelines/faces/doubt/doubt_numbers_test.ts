import { ARCFACE_TEMPLATE } from "../../../../../models/pipelines/faces/align.ts";
import { type DoubtEvidence, doubtNumbers } from "../../../../../models/pipelines/faces/doubt/doubt_numbers.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../../../assert.ts";

/** Points of a face whose eyes are 40 pixels apart, the nose 4 to the right, the mouth 50 below. */
const LANDMARKS = [{ x: 80, y: 80 }, { x: 120, y: 80 }, { x: 104, y: 105 }, { x: 85, y: 130 }, { x: 115, y: 130 }];

const EVIDENCE: DoubtEvidence = {
  box: { x: 60, y: 50, width: 75, height: 100 },
  score: 0.9,
  landmarks: LANDMARKS,
  embeddingLength: 6,
  scale: 0.8,
};

function assertNumbers(evidence: DoubtEvidence, expected: Readonly<Record<number, number>>): void {
  const numbers = doubtNumbers(evidence);
  for (const [at, value] of Object.entries(expected)) assertAlmostEquals(numbers[Number(at)], value, 1e-9);
}

Deno.test("doubtNumbers() are ten numbers in a fixed order", () => {
  assertEquals(doubtNumbers(EVIDENCE).length, 10);
  assertNumbers(EVIDENCE, {
    0: Math.log(9) / 4, // 0.9 against 0.1
    1: Math.log(2), // 80 pixels of the first look
    2: Math.log(0.75),
    3: Math.log(2),
    6: 0.8, // 40 of 100, twice
    7: 0.2, // the points' centre lies at 105, the box's at 100
    8: 0.2, // the nose is 4 of 40 beside the middle, twice
    9: 1.25, // 50 of 40
  });
});

Deno.test("doubtNumbers() measure the spread of the points around their centre in heights of the box", () => {
  // The centre is at 100.8, 105; the squares of the distances are 1057.64 + 993.64 + 10.24 + 874.64 + 826.64.
  assertNumbers(EVIDENCE, { 5: Math.sqrt(3_762.8 / 5) / 100 * 4 });
});

Deno.test("doubtNumbers() have no residual for the points of the template, however turned and large", () => {
  const turned = ARCFACE_TEMPLATE.map(({ x, y }) => ({ x: 300 - 3 * y, y: 20 + 3 * x }));
  assertNumbers({ ...EVIDENCE, landmarks: turned }, { 4: 0 });
});

Deno.test("doubtNumbers() have the residual of the points that are elsewhere, in sides of the template", () => {
  // The nose is moved along one axis. A shift takes a fifth of that back; turning and scaling take
  // some more, so the rest is a little less than sqrt(4 / 25) of it.
  const moved = ARCFACE_TEMPLATE.map(({ x, y }, at) => at === 2 ? { x: x + 11.2, y } : { x, y });
  const [, , , , residual] = doubtNumbers({ ...EVIDENCE, landmarks: moved });
  const most = Math.sqrt(4 / 25) * 0.1 * 10;
  assert(residual < most && residual > 0.95 * most, `${residual}`);
});

Deno.test("doubtNumbers() are the same for a face that is turned in the picture, but for its box", () => {
  const turned = LANDMARKS.map(({ x, y }) => ({ x: 400 - y, y: x }));
  const straight = doubtNumbers(EVIDENCE);
  const numbers = doubtNumbers({ ...EVIDENCE, landmarks: turned });
  for (const at of [4, 5, 6, 8, 9]) assertAlmostEquals(numbers[at], straight[at], 1e-9);
});

Deno.test("doubtNumbers() are finite for every score and for points in one place", () => {
  const near = LANDMARKS.map((_, at) => ({ x: 100 + at * 1e-6, y: 100 }));
  for (const score of [0, 1]) {
    for (const number of doubtNumbers({ ...EVIDENCE, score, landmarks: near })) {
      assert(Math.abs(number) <= 8, `${number}`);
    }
  }
  assertNumbers({ ...EVIDENCE, score: 1 }, { 0: Math.log(9_999) / 4 });
  assertNumbers({ ...EVIDENCE, score: 0 }, { 0: -Math.log(9_999) / 4 });
});
