import type { Picture } from "../picture.ts";
import type { Box, Point, Size } from "./geometry.ts";
import { orient } from "./orient.ts";
import type { Orientation } from "./orientation.ts";

/** A clockwise turn of a picture, in degrees. */
export type QuarterTurn = 0 | 90 | 180 | 270;

const ORIENTATIONS: Readonly<Record<QuarterTurn, Orientation>> = { 0: 1, 90: 6, 180: 3, 270: 8 };

/** Returns a turned copy of the picture; the same object if it is not turned. */
export function turnedPicture(picture: Picture, turn: QuarterTurn): Picture {
  return orient(picture, ORIENTATIONS[turn]);
}

/** Converts a point of the turned picture to pixels of `picture`, as it was before the turn. */
export function pointTurnedBack({ x, y }: Point, { turn, picture }: { turn: QuarterTurn; picture: Size }): Point {
  switch (turn) {
    case 0:
      return { x, y };
    case 90:
      return { x: y, y: picture.height - x };
    case 180:
      return { x: picture.width - x, y: picture.height - y };
    case 270:
      return { x: picture.width - y, y: x };
  }
}

/** Converts a box of the turned picture to pixels of `picture`, as it was before the turn. */
export function boxTurnedBack({ x, y, width, height }: Box, from: { turn: QuarterTurn; picture: Size }): Box {
  const one = pointTurnedBack({ x, y }, from);
  const other = pointTurnedBack({ x: x + width, y: y + height }, from);
  const corner = { x: Math.min(one.x, other.x), y: Math.min(one.y, other.y) };
  return { ...corner, width: Math.abs(other.x - one.x), height: Math.abs(other.y - one.y) };
}
