import { DmlError } from "../../../protocol/kernel/errors.ts";
import { inflate, INFLATION_MAX } from "./inflate.ts";
import type { Picture } from "../picture.ts";
import { type PngHeader, readPngHeader } from "./header.ts";
import { rowWriter, unfilter } from "./rows.ts";

/** A part of the picture that is stored as a picture of its own. */
interface Pass {
  readonly left: number;
  readonly top: number;
  readonly columnStep: number;
  readonly rowStep: number;
}

const WHOLE: readonly Pass[] = [{ left: 0, top: 0, columnStep: 1, rowStep: 1 }];

/** The seven passes of Adam7. */
const INTERLACED: readonly Pass[] = [
  { left: 0, top: 0, columnStep: 8, rowStep: 8 },
  { left: 4, top: 0, columnStep: 8, rowStep: 8 },
  { left: 0, top: 4, columnStep: 4, rowStep: 8 },
  { left: 2, top: 0, columnStep: 4, rowStep: 4 },
  { left: 0, top: 2, columnStep: 2, rowStep: 4 },
  { left: 1, top: 0, columnStep: 2, rowStep: 2 },
  { left: 0, top: 1, columnStep: 1, rowStep: 2 },
];

const PADDING = "The PNG has bytes behind the end of its pixels, which are ignored.";

/**
 * Decodes every kind of PNG, 16 bits to 8, with transparency on white. Small flaws that no pixel
 * depends on are noted in the picture. Throws `image_unreadable`.
 */
export async function decodePng(bytes: Uint8Array): Promise<Picture> {
  const header = readPngHeader(bytes);
  const { width, height } = header;
  const storedBytes = header.pixelParts.reduce((sum, part) => sum + part.length, 0);
  // Checked before the picture is allocated: so few bytes cannot hold so many pixels.
  if (storedBytes * INFLATION_MAX < (width * height * header.depth * header.channels) / 8) {
    throw new DmlError("image_unreadable", "The PNG is cut short.");
  }
  const picture = { width, height, data: new Uint8Array(width * height * 3) };
  const rows = writeRows(header, picture);
  let { flaw } = header;
  const onPadding = () => flaw ??= PADDING;
  let wanted = rows.next();
  // Rows are taken as they are inflated, so the unpacked file is never held as a whole.
  for await (const chunk of inflate(header.pixelParts, { onPadding })) {
    let taken = 0;
    while (!wanted.done && taken < chunk.length) {
      const { row, filled } = wanted.value;
      const part = chunk.subarray(taken, taken + row.length - filled);
      row.set(part, filled);
      wanted.value.filled += part.length;
      taken += part.length;
      if (wanted.value.filled === row.length) wanted = rows.next();
    }
    // After the last row the stream is still read to its end, for its checksum, unless it holds
    // more than the picture.
    if (wanted.done && taken < chunk.length) {
      onPadding();
      break;
    }
  }
  if (!wanted.done) throw new DmlError("image_unreadable", "The PNG is cut short.");
  return flaw === null ? picture : { ...picture, flaw };
}

/** A row with its filter byte in front, to be filled from the file. */
interface WantedRow {
  readonly row: Uint8Array;
  filled: number;
}

/** Yields one row after the other, and writes each into the picture once it is filled. */
function* writeRows(header: PngHeader, picture: Picture): Generator<WantedRow, void> {
  const { width, height, depth, channels } = header;
  const writeRow = rowWriter(header);
  const pixelBytes = Math.max(1, (depth * channels) >> 3);
  for (const { left, top, columnStep, rowStep } of header.interlaced ? INTERLACED : WHOLE) {
    const columns = Math.ceil((width - left) / columnStep);
    if (columns <= 0) continue;
    const rowBytes = Math.ceil((columns * depth * channels) / 8);
    let previous = new Uint8Array(rowBytes);
    let filtered = new Uint8Array(1 + rowBytes);
    for (let y = top; y < height; y += rowStep) {
      yield { row: filtered, filled: 0 };
      const row = filtered.subarray(1);
      unfilter(row, previous, { filter: filtered[0], pixelBytes });
      const offset = (y * width + left) * 3;
      writeRow(row, picture.data, { columns, offset, step: columnStep * 3 });
      filtered = new Uint8Array(1 + rowBytes);
      previous = row;
    }
  }
}
