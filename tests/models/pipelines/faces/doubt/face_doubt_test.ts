import { FaceDoubt, firstLookScale } from "../../../../../models/pipelines/faces/doubt/face_doubt.ts";
import type { FaceDoubtParameters } from "../../../../../models/manifest/face_doubt.ts";
import { DmlError } from "../../../../../protocol/kernel/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "../../../../assert.ts";

const SEARCH = {
  coarse: { width: 320, height: 240 },
  fineSide: 640,
  smallHeight: 24,
  smallHeightFine: 16,
  candidateScoreMin: 0.3,
  faintHeight: 12,
  faintScoreMin: 0.12,
  sideRatioMax: 2,
};
const PICTURE = { width: 640, height: 480 };
const LANDMARKS = [{ x: 80, y: 80 }, { x: 120, y: 80 }, { x: 100, y: 105 }, { x: 85, y: 130 }, { x: 115, y: 130 }];
const FACE = { box: { x: 60, y: 50, width: 100, height: 100 }, score: 0.5 };
/** Weighs only two components of the embedding and the logarithm of its length. */
const PARAMETERS: FaceDoubtParameters = {
  heightMin: 20,
  bias: -1,
  numbers: [0, 0, 0, 2, 0, 0, 0, 0, 0, 0],
  embedding: [0.5, -0.25],
  doubtfulBelow: 0.4,
  omittedBelow: 0.2,
};

function judge(embedding: readonly number[], embeddingLength: number, changes: Partial<FaceDoubtParameters> = {}) {
  const doubt = new FaceDoubt({ ...PARAMETERS, ...changes }, SEARCH);
  return doubt.judge(Float32Array.from(embedding), {
    ...FACE,
    landmarks: LANDMARKS,
    embeddingLength,
    picture: PICTURE,
  });
}

Deno.test("FaceDoubt.judge() is a logistic regression on the embedding as it was before its length was one", () => {
  // -1 + 2 ln(3/3) + 3 (0.5 · 0.8 - 0.25 · -0.6) = 0.65
  assertAlmostEquals(judge([0.8, -0.6], 3).probability, 1 / (1 + Math.exp(-0.65)), 1e-6);
  // -1 + 2 ln(6/3) + 6 (0.5 · -0.6 - 0.25 · 0.8) = -2.613706
  assertAlmostEquals(judge([-0.6, 0.8], 6).probability, 1 / (1 + Math.exp(4 - 2 * Math.LN2)), 1e-6);
});

Deno.test("FaceDoubt.judge() doubts below one bar and leaves out below another", () => {
  const verdictAt = (bias: number) => {
    const { isDoubtful, isOmitted } = judge([0, 1], 3, { bias: bias + 0.75 });
    return [isDoubtful, isOmitted];
  };
  const oddsOf = (probability: number) => Math.log(probability / (1 - probability));
  assertEquals(verdictAt(oddsOf(0.41)), [false, false]);
  assertEquals(verdictAt(oddsOf(0.39)), [true, false]);
  assertEquals(verdictAt(oddsOf(0.21)), [true, false]);
  assertEquals(verdictAt(oddsOf(0.19)), [true, true]);
});

Deno.test("FaceDoubt.judge() is sure of nothing with bars of 0", () => {
  const { isDoubtful, isOmitted } = judge([0, 1], 3, { bias: -100, doubtfulBelow: 0, omittedBelow: 0 });
  assertEquals([isDoubtful, isOmitted], [false, false]);
});

Deno.test("FaceDoubt.judge() refuses an embedding of another size than it has weights for", () => {
  const error = assertThrows(() => judge([0.6, 0.8, 0], 3), DmlError);
  assertEquals(error.code, "model_invalid");
  assert(error.message.includes("returns 3 numbers") && error.message.includes("weighs 2"), error.message);
});

Deno.test("FaceDoubt.asksAbout() is about faces of 20 pixels or more of the first look", () => {
  const doubt = new FaceDoubt(PARAMETERS, SEARCH);
  const asks = (height: number, picture: { width: number; height: number }) =>
    doubt.asksAbout({ box: { x: 0, y: 0, width: height, height }, score: 1 }, picture);
  assertEquals([asks(39.9, PICTURE), asks(40, PICTURE)], [false, true]);
  assertEquals([asks(249, { width: 4_000, height: 3_000 }), asks(250, { width: 4_000, height: 3_000 })], [false, true]);
});

Deno.test("firstLookScale() is that of a tile if the picture is wide or tall, of one look without a search", () => {
  assertEquals(firstLookScale(PICTURE, SEARCH), 0.5);
  // A tile of 1000x500.
  assertEquals(firstLookScale({ width: 9_000, height: 500 }, SEARCH), 0.32);
  assertEquals(firstLookScale({ width: 500, height: 9_000 }, SEARCH), 0.24);
  assertAlmostEquals(firstLookScale({ width: 9_000, height: 500 }, undefined), 320 / 9_000, 1e-12);
});
