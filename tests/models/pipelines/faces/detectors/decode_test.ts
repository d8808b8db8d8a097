import fc from "fast-check";
import type { Box, Point } from "../../../../../models/image/geometry/geometry.ts";
import type {
  DetectorFamily,
  DetectorOutputs,
} from "../../../../../models/pipelines/faces/detectors/detector_family.ts";
import { RETINAFACE } from "../../../../../models/pipelines/faces/detectors/retinaface.ts";
import { SCRFD } from "../../../../../models/pipelines/faces/detectors/scrfd.ts";
import { YUNET } from "../../../../../models/pipelines/faces/detectors/yunet.ts";
import { floatTensor } from "../../../../../models/tensor.ts";
import { DmlError } from "../../../../../protocol/kernel/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "../../../../assert.ts";

const FRAME = { width: 96, height: 64 };
const STRIDES = [8, 16, 32] as const;

/** A face to be encoded: where, and in which cell of which grid it is stored. */
interface Face {
  readonly stride: (typeof STRIDES)[number];
  /** Shares, in 0..1, of the grid's columns and rows, and of the anchors of a cell. */
  readonly column: number;
  readonly row: number;
  readonly anchor: number;
  readonly box: Box;
  readonly points: readonly Point[];
  readonly score: number;
}

type Encode = (face: Face) => DetectorOutputs;

const share = fc.double({ min: 0, max: 0.999, noNaN: true });
const coordinate = fc.double({ min: -40, max: 140, noNaN: true });
const length = fc.double({ min: 1, max: 90, noNaN: true });
const ANY_FACE: fc.Arbitrary<Face> = fc.record({
  stride: fc.constantFrom(...STRIDES),
  column: share,
  row: share,
  anchor: share,
  box: fc.record({ x: coordinate, y: coordinate, width: length, height: length }),
  points: fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 5, maxLength: 5 }),
  score: fc.double({ min: 0.5, max: 1, noNaN: true }),
});

/** The cell that holds a face. */
function cellOf({ stride, column, row }: Face): { column: number; row: number; at: number } {
  const columns = FRAME.width / stride;
  const cell = { column: Math.floor(column * columns), row: Math.floor(row * FRAME.height / stride) };
  return { ...cell, at: cell.row * columns + cell.column };
}

function cellCount(stride: number): number {
  return FRAME.width / stride * FRAME.height / stride;
}

/** A tensor of zeros but for the row `at`. */
function rowTensor(rows: number, { at, numbers }: { at: number; numbers: readonly number[] }) {
  const data = new Float32Array(rows * numbers.length);
  data.set(numbers, at * numbers.length);
  return floatTensor(data, [1, rows, numbers.length]);
}

const encodeYunet: Encode = (face) => {
  const cell = cellOf(face);
  const { box: { x, y, width, height }, points, score } = face;
  const outputs: Record<string, ReturnType<typeof rowTensor>> = {};
  for (const stride of STRIDES) {
    const isHere = stride === face.stride;
    const put = (name: string, numbers: readonly number[]) => {
      const at = isHere ? cell.at : 0;
      outputs[`${name}_${stride}`] = rowTensor(cellCount(stride), { at, numbers: numbers.map((n) => isHere ? n : 0) });
    };
    // The two scores may differ: their geometric mean counts.
    put("cls", [score ** 1.5]);
    put("obj", [score ** 0.5]);
    put("bbox", [
      (x + width / 2) / stride - cell.column,
      (y + height / 2) / stride - cell.row,
      Math.log(width / stride),
      Math.log(height / stride),
    ]);
    put("kps", points.flatMap((point) => [point.x / stride - cell.column, point.y / stride - cell.row]));
  }
  return outputs;
};

const encodeScrfd: Encode = (face) => {
  const cell = cellOf(face);
  const { box: { x, y, width, height }, points, score } = face;
  const outputs: Record<string, ReturnType<typeof rowTensor>> = {};
  for (const stride of STRIDES) {
    const isHere = stride === face.stride;
    const at = isHere ? cell.at * 2 + Math.floor(face.anchor * 2) : 0;
    const [cornerX, cornerY] = [cell.column * stride, cell.row * stride];
    const put = (name: string, numbers: readonly number[]) => {
      outputs[`${name}${stride}`] = rowTensor(cellCount(stride) * 2, {
        at,
        numbers: numbers.map((n) => isHere ? n : 0),
      });
    };
    put("a", points.flatMap((point) => [(point.x - cornerX) / stride, (point.y - cornerY) / stride]));
    put("b", [score]);
    put("c", [cornerX - x, cornerY - y, x + width - cornerX, y + height - cornerY].map((n) => n / stride));
  }
  return outputs;
};

const encodeRetinaface: Encode = (face) => {
  const cell = cellOf(face);
  const { box: { x, y, width, height }, points, score, stride } = face;
  const rows = STRIDES.reduce((sum, one) => sum + cellCount(one) * 2, 0);
  const before = STRIDES.filter((other) => other < stride).reduce((sum, one) => sum + cellCount(one) * 2, 0);
  const second = Math.floor(face.anchor * 2);
  const at = before + cell.at * 2 + second;
  const side = { 8: [16, 32], 16: [64, 128], 32: [256, 512] }[stride][second];
  const centre = { x: (cell.column + 0.5) * stride, y: (cell.row + 0.5) * stride };
  const shift = (point: Point) => [(point.x - centre.x) / (0.1 * side), (point.y - centre.y) / (0.1 * side)];
  const middle = { x: x + width / 2, y: y + height / 2 };
  return {
    landms: rowTensor(rows, { at, numbers: points.flatMap(shift) }),
    conf: rowTensor(rows, { at, numbers: [1 - score, score] }),
    loc: rowTensor(rows, {
      at,
      numbers: [...shift(middle), Math.log(width / side) / 0.2, Math.log(height / side) / 0.2],
    }),
  };
};

const FAMILIES: readonly (readonly [DetectorFamily, Encode])[] = [
  [YUNET, encodeYunet],
  [SCRFD, encodeScrfd],
  [RETINAFACE, encodeRetinaface],
];
const OPTIONS = { frame: FRAME, scoreMin: 0.4, hasPoints: true };
const ONE: Face = {
  stride: 16,
  column: 0.5,
  row: 0.5,
  anchor: 0.9,
  box: { x: 10, y: 20, width: 30, height: 40 },
  points: [{ x: 1, y: 2 }, { x: 3, y: 4 }, { x: 5, y: 6 }, { x: 7, y: 8 }, { x: 9, y: 10 }],
  score: 0.75,
};

for (const [family, encode] of FAMILIES) {
  Deno.test(`decode() of ${family.name} gives back the face that was encoded, in any cell of any grid`, () => {
    fc.assert(fc.property(ANY_FACE, (face) => {
      const candidates = family.decode(encode(face), OPTIONS);
      assertEquals(candidates.length, 1);
      const [{ box, points, score }] = candidates;
      assertAlmostEquals(score, face.score, 1e-5);
      for (const key of ["x", "y", "width", "height"] as const) assertAlmostEquals(box[key], face.box[key], 1e-3);
      assert(points !== null);
      face.points.forEach(({ x, y }, index) => {
        assertAlmostEquals(points[index].x, x, 1e-3);
        assertAlmostEquals(points[index].y, y, 1e-3);
      });
    }));
  });

  Deno.test(`decode() of ${family.name} drops scores below the lowest and numbers that are none`, () => {
    const outputs = encode({ ...ONE, score: 0.75 });
    assertEquals(family.decode(outputs, { ...OPTIONS, scoreMin: 0.76 }), []);
    const spoilt = Object.fromEntries(
      Object.entries(outputs).map(([name, { dims }]) => {
        const count = dims.reduce((product, dim) => product * dim, 1);
        return [name, floatTensor(new Float32Array(count).fill(NaN), dims)];
      }),
    );
    assertEquals(family.decode(spoilt, OPTIONS), []);
  });

  Deno.test(`decode() of ${family.name} reads no points unless they are wanted`, () => {
    const outputs = encode(ONE);
    const withoutPoints = Object.fromEntries(Object.entries(outputs).filter(([, { dims }]) => dims[2] !== 10));
    const [{ points }] = family.decode(withoutPoints, { ...OPTIONS, hasPoints: false });
    assertEquals(points, null);
    const error = assertThrows(() => family.decode(withoutPoints, OPTIONS), DmlError);
    assertEquals(error.code, "model_invalid");
    assertStringIncludes(error.message, "points");
    assertStringIncludes(error.message, family.name);
  });

  Deno.test(`decode() of ${family.name} names the output that another size of input would have`, () => {
    const error = assertThrows(
      () => family.decode(encode(ONE), { ...OPTIONS, frame: { width: 64, height: 64 } }),
      DmlError,
    );
    assertEquals(error.code, "model_invalid");
    assertStringIncludes(error.message, "64x64 pixels");
    assertStringIncludes(error.message, "1x");
  });
}
