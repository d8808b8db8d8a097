import { invariant } from "../../../protocol/kernel/invariant.ts";

/** The map from characters to a font's glyphs: its `cmap` table, formats 4 and 12. */
export class CharacterMap {
  readonly #view: DataView;
  readonly #format: number;

  constructor(table: DataView) {
    let best: DataView | null = null;
    for (let index = 0; index < table.getUint16(2); index++) {
      const start = table.byteOffset + table.getUint32(4 + index * 8 + 4);
      const view = new DataView(table.buffer, start);
      const format = view.getUint16(0);
      // Format 12 holds all of Unicode, format 4 its first plane.
      if (format === 12 || (format === 4 && best === null)) best = view;
    }
    invariant(best !== null, "the font says which characters it has");
    this.#view = best;
    this.#format = best.getUint16(0);
  }

  /** Returns the glyph of a character; 0 if the font has none. */
  glyphOf(codePoint: number): number {
    return this.#format === 12 ? this.#inGroups(codePoint) : this.#inSegments(codePoint);
  }

  #inGroups(codePoint: number): number {
    const view = this.#view;
    const count = view.getUint32(12);
    const index = firstIndex(count, (at) => view.getUint32(16 + at * 12 + 4) >= codePoint);
    if (index === count) return 0;
    const start = view.getUint32(16 + index * 12);
    return codePoint < start ? 0 : view.getUint32(16 + index * 12 + 8) + codePoint - start;
  }

  #inSegments(codePoint: number): number {
    const view = this.#view;
    const count = view.getUint16(6) / 2;
    const ends = 14;
    const starts = ends + count * 2 + 2;
    const index = firstIndex(count, (at) => view.getUint16(ends + at * 2) >= codePoint);
    if (index === count) return 0;
    const at = starts + index * 2;
    const start = view.getUint16(at);
    if (codePoint < start) return 0;
    const delta = view.getUint16(at + count * 2);
    const rangeAt = at + count * 4;
    const range = view.getUint16(rangeAt);
    if (range === 0) return (codePoint + delta) & 0xffff;
    const glyph = view.getUint16(rangeAt + range + (codePoint - start) * 2);
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  }
}

/**
 * Returns the first index for which `holds` is true, if it is true for all that follow; `count` if
 * it is true for none.
 */
function firstIndex(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
