import { invariant } from "../../../protocol/kernel/invariant.ts";
import { CharacterMap } from "./character_map.ts";
import { type Contour, type GlyphTables, readContours } from "./glyph_outline.ts";

/**
 * A TrueType font (OpenType specification, 1.9; outlines of the `glyf` table), whose glyphs are
 * read on request.
 */
export class TrueTypeFont {
  /** Units of the font's own grid to one em. */
  readonly unitsPerEm: number;
  /** The height of letters above the baseline and, as a negative number, their depth below it. */
  readonly ascender: number;
  readonly descender: number;
  readonly #tables: GlyphTables;
  readonly #characters: CharacterMap;
  readonly #metrics: DataView;
  readonly #metricCount: number;

  /** Reads the font's tables; throws if one is missing. */
  constructor(bytes: Uint8Array) {
    const table = readTables(bytes);
    const head = table("head");
    const header = table("hhea");
    this.unitsPerEm = head.getUint16(18);
    this.ascender = header.getInt16(4);
    this.descender = header.getInt16(6);
    this.#metricCount = header.getUint16(34);
    this.#metrics = table("hmtx");
    this.#characters = new CharacterMap(table("cmap"));
    this.#tables = {
      glyphs: table("glyf"),
      locations: table("loca"),
      hasLongLocations: head.getInt16(50) === 1,
    };
  }

  /** Returns the glyph of a character; 0, an empty box, if the font lacks it. */
  glyphOf(codePoint: number): number {
    return this.#characters.glyphOf(codePoint);
  }

  /** Returns the distance from this letter to the next, in units of the font. */
  advanceOf(glyph: number): number {
    return this.#metrics.getUint16(Math.min(glyph, this.#metricCount - 1) * 4);
  }

  /** Returns the glyph's outline in units of the font, y growing upwards. */
  contoursOf(glyph: number): Contour[] {
    return readContours(this.#tables, glyph);
  }
}

function readTables(bytes: Uint8Array): (name: string) => DataView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = new Map<string, DataView>();
  for (let index = 0; index < view.getUint16(4); index++) {
    const at = 12 + index * 16;
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const start = bytes.byteOffset + view.getUint32(at + 8);
    tables.set(name, new DataView(bytes.buffer, start, view.getUint32(at + 12)));
  }
  return (name) => {
    const table = tables.get(name);
    invariant(table !== undefined, `the font has a table ${name}`);
    return table;
  };
}
