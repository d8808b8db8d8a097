import type { Prediction } from "../../../protocol/messages/prediction.ts";

/** Share of the longer side of a picture that the letters beside a box are high. */
const SHARE = 1 / 50;
/** Share of the width of a face that they are high at least, so that large faces have large names. */
const FACE_SHARE = 1 / 8;

/** Height of letters that can be read on a screen, in its pixels. */
const READABLE = 13;

/**
 * Returns the size of letters beside the boxes, in pixels of the picture, which is `shownWidth`
 * pixels wide on the screen.
 */
export function labelSize({ width, height, persons }: Prediction, shownWidth: number = width): number {
  if (shownWidth > 0) return Math.max(READABLE * width / shownWidth, ownSize({ width, height, persons }));
  return ownSize({ width, height, persons });
}

function ownSize({ width, height, persons }: Pick<Prediction, "width" | "height" | "persons">): number {
  const least = Math.max(width, height) * SHARE;
  const widths = persons.map(({ box }) => box.width).toSorted((one, other) => one - other);
  const middle = widths[Math.floor(widths.length / 2)] ?? 0;
  return Math.min(2 * least, Math.max(least, middle * FACE_SHARE));
}
