/**
 * The turn that makes a stored picture upright, numbered as in EXIF 2.32, tag 0x0112: 1 as it is, 2
 * mirrored left to right, 3 turned by 180 degrees, 4 mirrored top to bottom, 5 to 8 the same with
 * rows and columns exchanged.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATIONS: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];

/** Returns the orientation of that number; 1 for any other number, as every viewer takes it. */
export function toOrientation(value: number): Orientation {
  return ORIENTATIONS.find((orientation) => orientation === value) ?? 1;
}

/** Returns true if the turn exchanges the width and height of a picture. */
export function exchangesSides(orientation: Orientation): boolean {
  return orientation >= 5;
}
