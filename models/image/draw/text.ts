import type { Picture } from "../picture.ts";
import { type Coverage, rasterize } from "../font/rasterize.ts";
import type { TrueTypeFont } from "../font/true_type_font.ts";

/** A colour: R, G, B of 0..255. */
export type Colour = readonly [number, number, number];

/** The most rasterised glyphs that are kept, of all sizes; past it all are forgotten. */
const GLYPHS_KEPT_MAX = 2_000;

interface Glyph extends Coverage {
  /** Distance to the next letter, in pixels. */
  readonly advance: number;
}

/**
 * A painter of lines of text in anti-aliased letters of one font; each glyph is rasterised once a
 * size.
 */
export class TextPainter {
  readonly #font: TrueTypeFont;
  readonly #glyphs = new Map<string, Glyph>();

  constructor(font: TrueTypeFont) {
    this.#font = font;
  }

  /**
   * Returns the height of a line in pixels at letters of `size` pixels to the em, and the distance
   * of its baseline from its top.
   */
  lineOf(size: number): { height: number; baseline: number } {
    const scale = size / this.#font.unitsPerEm;
    const baseline = Math.ceil(this.#font.ascender * scale);
    return { height: baseline + Math.ceil(-this.#font.descender * scale), baseline };
  }

  /** Returns the width of `text` in pixels. */
  measure(text: string, size: number): number {
    return this.#lettersOf(text, size).reduce((sum, { advance }) => sum + advance, 0);
  }

  /** Returns `text`, or as much of its beginning as fits into `width` pixels with an ellipsis. */
  fit(text: string, { size, width }: { size: number; width: number }): string {
    if (this.measure(text, size) <= width) return text;
    const letters = [...text];
    while (letters.length > 0 && this.measure(`${letters.join("")}…`, size) > width) letters.pop();
    return letters.length === 0 ? "" : `${letters.join("")}…`;
  }

  /** Draws `text` from `x` on, the baseline at `y`, clipped to the picture. */
  draw(
    picture: Picture,
    text: string,
    options: { x: number; y: number; size: number; colour: Colour },
  ): void {
    let x = options.x;
    for (const glyph of this.#lettersOf(text, options.size)) {
      blend(picture, glyph, { ...options, x: Math.round(x) });
      x += glyph.advance;
    }
  }

  /**
   * Returns the glyphs of `text`, composed as far as possible: fonts have "ë", not "e" and the
   * accent on top of it.
   */
  #lettersOf(text: string, size: number): Glyph[] {
    return [...text.normalize("NFC")].map((letter) => this.#glyphOf(letter, size));
  }

  #glyphOf(letter: string, size: number): Glyph {
    const key = `${size} ${letter}`;
    const known = this.#glyphs.get(key);
    if (known !== undefined) return known;
    if (this.#glyphs.size === GLYPHS_KEPT_MAX) this.#glyphs.clear();
    const index = this.#font.glyphOf(letter.codePointAt(0) ?? 0);
    const scale = size / this.#font.unitsPerEm;
    const glyph = {
      ...rasterize(this.#font.contoursOf(index), scale),
      advance: this.#font.advanceOf(index) * scale,
    };
    this.#glyphs.set(key, glyph);
    return glyph;
  }
}

function blend(
  { width, height, data }: Picture,
  glyph: Coverage,
  place: { x: number; y: number; colour: Colour },
): void {
  const left = place.x + glyph.left;
  const top = place.y + glyph.top;
  const [red, green, blue] = place.colour;
  for (let row = Math.max(0, -top); row < Math.min(glyph.height, height - top); row++) {
    for (let column = Math.max(0, -left); column < Math.min(glyph.width, width - left); column++) {
      const share = glyph.data[row * glyph.width + column] / 255;
      if (share === 0) continue;
      const at = ((top + row) * width + left + column) * 3;
      data[at] = Math.round(data[at] + (red - data[at]) * share);
      data[at + 1] = Math.round(data[at + 1] + (green - data[at + 1]) * share);
      data[at + 2] = Math.round(data[at + 2] + (blue - data[at + 2]) * share);
    }
  }
}
