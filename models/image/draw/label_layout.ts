import { type Box, intersectionOverUnion, type Size } from "../geometry/geometry.ts";

/** A label and the box that it belongs to. */
export interface LabelWanted {
  readonly size: Size;
  /** The box that the label names. */
  readonly box: Box;
}

/**
 * Chooses a place for each label, in order: above its box, below, or inside at the top or bottom;
 * the first place that lies in the picture and clear of the labels before it. If none does, chooses
 * the one that covers least of them, moved into the picture as far as it fits.
 */
export function placeLabels(labels: readonly LabelWanted[], picture: Size): Box[] {
  const placed: Box[] = [];
  for (const label of labels) {
    const all = candidatesFor(label);
    // Moved sideways, a label still touches its box; moved up or down, it would hide the content of
    // the box.
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

/** Moves a box into the picture; a box that is larger than the picture begins at its edge. */
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
