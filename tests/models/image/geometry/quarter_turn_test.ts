import {
  boxTurnedBack,
  pointTurnedBack,
  type QuarterTurn,
  turnedPicture,
} from "../../../../models/image/geometry/quarter_turn.ts";
import { assertEquals, assertStrictEquals } from "../../../assert.ts";

const TURNS: readonly QuarterTurn[] = [0, 90, 180, 270];
/** Two rows of three pixels, each of one grey. */
const PICTURE = { width: 3, height: 2, data: Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6) };

/** Grey of the pixel at x, y. */
function at({ width, data }: { width: number; data: Uint8Array }, { x, y }: { x: number; y: number }): number {
  return data[(y * width + x) * 3];
}

Deno.test("turnedPicture() turns clockwise, and returns the same picture for no turn", () => {
  assertStrictEquals(turnedPicture(PICTURE, 0), PICTURE);
  const { width, height, data } = turnedPicture(PICTURE, 90);
  assertEquals([width, height], [2, 3]);
  assertEquals(Array.from(data).filter((_, index) => index % 3 === 0), [4, 1, 5, 2, 6, 3]);
});

Deno.test("pointTurnedBack() and boxTurnedBack() return where a pixel was before the turn", () => {
  for (const turn of TURNS) {
    const turned = turnedPicture(PICTURE, turn);
    for (let y = 0; y < turned.height; y++) {
      for (let x = 0; x < turned.width; x++) {
        const back = boxTurnedBack({ x, y, width: 1, height: 1 }, { turn, picture: PICTURE });
        assertEquals([back.width, back.height], [1, 1]);
        assertEquals(at(PICTURE, back), at(turned, { x, y }), `${x}, ${y} turned by ${turn}`);
        const centre = pointTurnedBack({ x: x + 0.5, y: y + 0.5 }, { turn, picture: PICTURE });
        assertEquals(centre, { x: back.x + 0.5, y: back.y + 0.5 });
      }
    }
  }
});

Deno.test("boxTurnedBack() exchanges the sides of a box for a quarter turn", () => {
  const box = { x: 10, y: 20, width: 3, height: 5 };
  const picture = { width: 100, height: 80 };
  assertEquals(boxTurnedBack(box, { turn: 90, picture }), { x: 20, y: 67, width: 5, height: 3 });
  assertEquals(boxTurnedBack(box, { turn: 180, picture }), { x: 87, y: 55, width: 3, height: 5 });
  assertEquals(boxTurnedBack(box, { turn: 270, picture }), { x: 75, y: 10, width: 5, height: 3 });
});
