import { type Box, intersectionOverUnion, type Size } from "../geometry/geometry.ts";

/** A label and what it belongs to. */
export interface LabelWanted {
  readonly size: Size;
  /** What the label names. */
  readonly box: Box;
}

/**
 * A place for each label, in order: above its box, below, or inside at the top or bottom, the first that lies in the
 * picture and clear of the labels before it. Where none does, the one that covers least of them, moved into the picture
 * as far as it fits.
 */
export function placeLabels(labels: readonly LabelWanted[], picture: Size): Box[] {
  const placed: Box[] = [];
  for (const label of labels) {
    const all = candidatesFor(label);
    // Moved aside a label still touches its box; moved up or down it would hide what the box shows.
    const fitting = all.filter(({ y, height }) => y >= 0 && y + height <= picture.height);
    const candidates = (fitting.length > 0 ? fitting : all).map((box) => moveInside(box, picture));
    const covered = candidates.map((box) => coverage(box, placed));
    placed.push(candidates[covered.indexOf(Math.min(...covered))]);
  }
  return placed;
}

function candidatesFor({ size, box }: LabelWanted): Box[] {
  const above = box.y - size.height;
  const below = box.y + box.height;
  const rightmost = box.x + box.width - size.width;
  return [
    { ...size, x: box.x, y: above },
    { ...size, x: box.x, y: below },
    { ...size, x: rightmost, y: above },
    { ...size, x: rightmost, y: below },
    { ...size, x: box.x, y: box.y },
    { ...size, x: box.x, y: below - size.height },
  ];
}

/** A box that is larger than the picture begins at its edge. */
function moveInside(box: Box, picture: Size): Box {
  return {
    ...box,
    x: Math.max(0, Math.min(box.x, picture.width - box.width)),
    y: Math.max(0, Math.min(box.y, picture.height - box.height)),
  };
}

function coverage(box: Box, others: readonly Box[]): number {
  return others.reduce((sum, other) => sum + intersectionOverUnion(box, other), 0);
}
