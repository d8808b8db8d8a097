import fc from "fast-check";
import type { Box } from "../../../../models/image/geometry/geometry.ts";
import { isDoubtful, type SeenFaceBox, suppressDuplicates } from "../../../../models/pipelines/faces/duplicates.ts";
import { assertEquals } from "../../../assert.ts";

const FACE: Box = { x: 100, y: 100, width: 100, height: 120 };

function seen(box: Box, score: number, rest: Partial<SeenFaceBox> = {}): SeenFaceBox {
  return { box, score, isCut: false, scale: 1, ...rest };
}

function scoresOf(faces: readonly SeenFaceBox[]): number[] {
  return suppressDuplicates(faces, { overlapMax: 0.4 }).map(({ score }) => score);
}

Deno.test("suppressDuplicates() keeps the best of overlapping boxes and all that are apart, best first", () => {
  const apart = seen({ ...FACE, x: 400 }, 0.95);
  assertEquals(scoresOf([seen(FACE, 0.8), apart, seen({ ...FACE, x: 110 }, 0.9)]), [0.95, 0.9]);
});

Deno.test("suppressDuplicates() takes an eye region for part of the face around it, whatever its place and size", () => {
  const share = fc.double({ min: 0.15, max: 0.6, noNaN: true });
  const score = fc.double({ min: 0.7, max: 0.9, noNaN: true });
  fc.assert(fc.property(share, share, share, share, score, (x, y, width, height, score) => {
    const box = {
      x: FACE.x + FACE.width * x * (1 - width),
      y: FACE.y + FACE.height * y * (1 - height),
      width: FACE.width * width,
      height: FACE.height * height,
    };
    for (const scale of [1, 2]) assertEquals(scoresOf([seen(box, score, { scale }), seen(FACE, 0.99)]), [0.99]);
  }));
});

Deno.test("suppressDuplicates() keeps a surely found small face in front of a large one", () => {
  const child: Box = { x: 120, y: 160, width: 30, height: 40 };
  assertEquals(scoresOf([seen(FACE, 1), seen(child, 0.97)]), [1, 0.97]);
  assertEquals(scoresOf([seen(FACE, 0.97), seen(child, 0.99)]), [0.99, 0.97]);
});

Deno.test("isDoubtful() is true of a face inside a better one, unless its own score is very high", () => {
  const inside = { box: { x: 120, y: 160, width: 30, height: 40 }, score: 0.8 };
  const around = { box: FACE, score: 0.99 };
  assertEquals(isDoubtful(inside, [inside, around]), true);
  assertEquals(isDoubtful({ ...inside, score: 0.97 }, [around]), false);
  assertEquals(isDoubtful(around, [inside, around]), false);
  assertEquals(isDoubtful({ ...inside, box: { ...inside.box, x: 190 } }, [around]), false);
});

Deno.test("suppressDuplicates() keeps faces that only touch a large one", () => {
  const behind: Box = { x: 180, y: 90, width: 40, height: 50 };
  assertEquals(scoresOf([seen(FACE, 1), seen(behind, 0.75)]), [1, 0.75]);
});

Deno.test("suppressDuplicates() prefers whole faces to better ones that the border of a view cuts", () => {
  const half: Box = { ...FACE, width: 40 };
  assertEquals(scoresOf([seen(half, 0.99, { isCut: true }), seen(FACE, 0.8)]), [0.8]);
  assertEquals(scoresOf([seen(half, 0.99, { isCut: true })]), [0.99]);
});

Deno.test("suppressDuplicates() allows boxes of different scales less overlap than those of one", () => {
  // They share a third of what either covers.
  const beside: Box = { ...FACE, x: 150 };
  assertEquals(scoresOf([seen(FACE, 0.9), seen(beside, 0.8)]), [0.9, 0.8]);
  assertEquals(scoresOf([seen(FACE, 0.9), seen(beside, 0.8, { scale: 2 })]), [0.9]);
});
