/** A point of an outline: a point on the line, or a control point that bends it. */
export interface OutlinePoint {
  readonly x: number;
  readonly y: number;
  readonly onLine: boolean;
}

/** A closed line; halfway between two control points in a row there is a point on the line. */
export type Contour = readonly OutlinePoint[];

/** The tables of a font that hold its outlines. */
export interface GlyphTables {
  readonly glyphs: DataView;
  readonly locations: DataView;
  readonly hasLongLocations: boolean;
}

/** The deepest nesting of glyphs made of other glyphs; past it the font is damaged. */
const DEPTH_MAX = 8;

const POINT = { onLine: 0x01, shortX: 0x02, shortY: 0x04, repeat: 0x08, sameX: 0x10, sameY: 0x20 };
const PART = {
  wideArguments: 0x0001,
  areOffsets: 0x0002,
  hasScale: 0x0008,
  more: 0x0020,
  hasTwoScales: 0x0040,
  hasMatrix: 0x0080,
};

/**
 * Reads the outline of a glyph (OpenType, `glyf` table), parts taken from other glyphs included;
 * empty for a space.
 */
export function readContours(tables: GlyphTables, glyph: number, depth = 0): Contour[] {
  const [start, end] = [0, 1].map((next) => locationOf(tables, glyph + next));
  if (end <= start || depth > DEPTH_MAX) return [];
  const view = new DataView(tables.glyphs.buffer, tables.glyphs.byteOffset + start, end - start);
  const count = view.getInt16(0);
  return count < 0 ? readParts(tables, view, depth) : readSimple(view, count);
}

function locationOf({ locations, hasLongLocations }: GlyphTables, glyph: number): number {
  return hasLongLocations ? locations.getUint32(glyph * 4) : locations.getUint16(glyph * 2) * 2;
}

function readSimple(view: DataView, count: number): Contour[] {
  const ends = Array.from({ length: count }, (_, index) => view.getUint16(10 + index * 2));
  const pointCount = (ends.at(-1) ?? -1) + 1;
  let at = 10 + count * 2;
  at += 2 + view.getUint16(at); // past the instructions
  const flags: number[] = [];
  while (flags.length < pointCount) {
    const flag = view.getUint8(at++);
    const repeats = (flag & POINT.repeat) === 0 ? 0 : view.getUint8(at++);
    for (let repeat = 0; repeat <= repeats; repeat++) flags.push(flag);
  }
  const xs = readCoordinates(view, { at, flags, short: POINT.shortX, same: POINT.sameX });
  const ys = readCoordinates(view, { at: xs.end, flags, short: POINT.shortY, same: POINT.sameY });
  const points = xs.values.map((x, index) => ({
    x,
    y: ys.values[index],
    onLine: (flags[index] & POINT.onLine) !== 0,
  }));
  return ends.map((end, index) => points.slice(index === 0 ? 0 : ends[index - 1] + 1, end + 1));
}

/**
 * Reads coordinates that are stored as differences: one byte with the sign in `same`, two bytes, or
 * none if nothing changes.
 */
function readCoordinates(
  view: DataView,
  options: { at: number; flags: readonly number[]; short: number; same: number },
): { values: number[]; end: number } {
  const { flags, short, same } = options;
  let at = options.at;
  let value = 0;
  const values = flags.slice(0).map((flag) => {
    if ((flag & short) !== 0) value += (flag & same) !== 0 ? view.getUint8(at++) : -view.getUint8(at++);
    else if ((flag & same) === 0) {
      value += view.getInt16(at);
      at += 2;
    }
    return value;
  });
  return { values, end: at };
}

function readParts(tables: GlyphTables, view: DataView, depth: number): Contour[] {
  const contours: Contour[] = [];
  let at = 10;
  let flags: number = PART.more;
  while ((flags & PART.more) !== 0) {
    flags = view.getUint16(at);
    const glyph = view.getUint16(at + 2);
    const isWide = (flags & PART.wideArguments) !== 0;
    // If the arguments match points instead of shifting, which dml's font does not do, the part
    // stays in place.
    const isShifted = (flags & PART.areOffsets) !== 0;
    const shiftX = isWide ? view.getInt16(at + 4) : view.getInt8(at + 4);
    const shiftY = isWide ? view.getInt16(at + 6) : view.getInt8(at + 5);
    at += isWide ? 8 : 6;
    const { matrix, length } = readMatrix(view, at, flags);
    at += length;
    const [xx, xy, yx, yy] = matrix;
    for (const contour of readContours(tables, glyph, depth + 1)) {
      contours.push(contour.map(({ x, y, onLine }) => ({
        x: x * xx + y * yx + (isShifted ? shiftX : 0),
        y: x * xy + y * yy + (isShifted ? shiftY : 0),
        onLine,
      })));
    }
  }
  return contours;
}

function readMatrix(view: DataView, at: number, flags: number): { matrix: number[]; length: number } {
  const number = (index: number) => view.getInt16(at + index * 2) / 0x4000;
  if ((flags & PART.hasScale) !== 0) return { matrix: [number(0), 0, 0, number(0)], length: 2 };
  if ((flags & PART.hasTwoScales) !== 0) return { matrix: [number(0), 0, 0, number(1)], length: 4 };
  if ((flags & PART.hasMatrix) !== 0) return { matrix: [0, 1, 2, 3].map(number), length: 8 };
  return { matrix: [1, 0, 0, 1], length: 0 };
}
