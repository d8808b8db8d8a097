import fc from "fast-check";
import { placed } from "../../../../models/image/geometry/placement.ts";
import { objectsOf } from "../../../../models/pipelines/detect/pipeline.ts";
import { boxOf, type Candidate } from "../../../../models/pipelines/detect/candidate.ts";
import { decodeYolov8 } from "../../../../models/pipelines/detect/yolov8.ts";
import { intersectionOverUnion } from "../../../../models/image/geometry/geometry.ts";
import { suppressOverlapsByClass } from "../../../../models/pipelines/detect/nms.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { objectSchema } from "../../../../protocol/messages/finding.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { tensor } from "../../onnx/graph_model.ts";
import { DETECT_COMMON, INPUT } from "../models.ts";

const PICTURE = { width: 1_280, height: 720 };
const PLACEMENT = placed(PICTURE, { frame: INPUT, resize: INPUT.resize });
const OPTIONS = { ...DETECT_COMMON, labels: [], picture: PICTURE, placement: PLACEMENT };

const box = fc.record({
  x: fc.double({ min: 0, max: 60, noNaN: true }),
  y: fc.double({ min: 0, max: 60, noNaN: true }),
  width: fc.double({ min: 1, max: 30, noNaN: true }),
  height: fc.double({ min: 1, max: 30, noNaN: true }),
});
const candidates = fc.array(
  fc.record<Candidate>({ box, index: fc.nat(3), score: fc.double({ min: 0, max: 1, noNaN: true }) }),
  { maxLength: 40 },
);

/**
 * Suppresses by the definition: keep the best remaining candidate, remove those of its class that
 * overlap it, and repeat.
 */
function byHand(all: readonly Candidate[], overlapMax: number): Candidate[] {
  let left = [...all];
  const kept: Candidate[] = [];
  while (left.length > 0) {
    const best = left.reduce((one, other) => other.score > one.score ? other : one);
    kept.push(best);
    left = left.filter((other) =>
      other !== best && (other.index !== best.index || intersectionOverUnion(best.box, other.box) <= overlapMax)
    );
  }
  return kept;
}

Deno.test("suppressOverlapsByClass() keeps what the definition keeps", () => {
  const overlap = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(candidates, overlap, (all, overlapMax) => {
    const unlike = all.filter(({ score }, at) => all.findIndex((other) => other.score === score) === at);
    const kept = suppressOverlapsByClass(unlike, { overlapMax, countMax: 1_000 });
    assertEquals(kept, byHand(unlike, overlapMax));
  }));
});

Deno.test("boxOf() reads corners, corners with y first, and centre with size, in pixels or fractions", () => {
  const form = { unit: "pixels", input: { width: 200, height: 100 } } as const;
  const expected = { x: 10, y: 20, width: 30, height: 40 };
  assertEquals(boxOf([10, 20, 40, 60], { ...form, form: "xyxy" }), expected);
  assertEquals(boxOf([20, 10, 60, 40], { ...form, form: "yxyx" }), expected);
  assertEquals(boxOf([25, 40, 30, 40], { ...form, form: "cxcywh" }), expected);
  const parts = boxOf([0.25, 0.5, 0.5, 0.75], { ...form, unit: "normalised", form: "xyxy" });
  assertEquals(parts, { x: 50, y: 50, width: 50, height: 25 });
  const turned = boxOf([0.5, 0.25, 0.75, 0.5], { ...form, unit: "normalised", form: "yxyx" });
  assertEquals(turned, parts);
});

Deno.test("objectsOf() returns valid boxes inside the picture, best first, whatever the model file returns", () => {
  const number = fc.oneof(fc.double(), fc.double({ min: -10, max: 100 }));
  const wild = fc.record<Candidate>({
    box: fc.record({ x: number, y: number, width: number, height: number }),
    index: fc.nat(3),
    score: fc.double({ min: 0, max: 2, noNaN: true }),
  });
  fc.assert(fc.property(fc.array(wild, { maxLength: 40 }), (all) => {
    let before = 1;
    for (const object of objectsOf(all, OPTIONS)) {
      objectSchema.parse(object);
      const { box: { x, y, width, height }, score } = object;
      assert([x, y, width, height].every(Number.isInteger) && width >= 1 && height >= 1);
      assert(x >= 0 && y >= 0 && x + width <= PICTURE.width && y + height <= PICTURE.height);
      assert(score <= before);
      before = score;
    }
  }));
});

Deno.test("objectsOf() returns the best objects up to the limit", () => {
  const crowd = Array.from({ length: 12_000 }, (_, at): Candidate => ({
    box: { x: at % 60, y: 16 + Math.floor(at / 400), width: 0.9, height: 0.9 },
    index: at % 3,
    score: 0.3 + at / 100_000,
  }));
  const found = objectsOf(crowd, { ...OPTIONS, overlapMax: 1 });
  assertEquals(found.length, LIMITS.objectsMax);
  assert(found[0].score >= 0.4199 && found[LIMITS.objectsMax - 1].score > 0.4);
});

Deno.test("a family ignores scores that are not numbers", () => {
  const parameters = { ...DETECT_COMMON, decode: "yolov8", output: "o", form: "cxcywh", unit: "pixels" } as const;
  const output = tensor([1, 6, 2], [9, 9, 9, 9, 4, 4, 4, 4, NaN, 0.5, NaN, 0.1]);
  const found = decodeYolov8([output], { ...parameters, labels: [...parameters.labels], activation: "none" });
  assertEquals(found.map(({ index, score }) => [index, score]), [[0, 0.5]]);
});
