import type { Person } from "../../protocol/messages/prediction.ts";
import type { Mark } from "../image/draw/mark.ts";
import type { Box, Point, Size } from "../image/geometry/geometry.ts";
import { rounded } from "./rounded.ts";
import { wholePixels } from "./whole_pixels.ts";

/** Decimals of landmarks, which no face needs more exactly. */
const DECIMALS = 1;

/** Two sizes of a picture; their ratios across and down differ where sides were rounded. */
export interface Sizes {
  readonly from: Size;
  readonly to: Size;
}

/** Returns a person who was found in a picture of one size in the pixels of another. */
export function scaledPerson(person: Person, sizes: Sizes): Person {
  const landmarks = person.landmarks.map((landmark) => {
    const { x, y } = scaledPoint(landmark, sizes);
    return { x: rounded(x, DECIMALS), y: rounded(y, DECIMALS) };
  });
  return { ...person, box: wholePixels(scaledBox(person.box, sizes), sizes.to), landmarks };
}

/** Returns a mark of a picture of one size as it has to be drawn into another. */
export function scaledMark(mark: Mark, sizes: Sizes): Mark {
  const points = mark.points?.map((point) => scaledPoint(point, sizes));
  return { ...mark, box: mark.box && scaledBox(mark.box, sizes), ...(points && { points }) };
}

function scaledBox(box: Box, sizes: Sizes): Box {
  const { x: width, y: height } = scaledPoint({ x: box.width, y: box.height }, sizes);
  return { ...scaledPoint(box, sizes), width, height };
}

function scaledPoint({ x, y }: Point, { from, to }: Sizes): Point {
  return { x: x * to.width / from.width, y: y * to.height / from.height };
}
