import { fromTheLeft } from "../../../../models/pipelines/faces/from_the_left.ts";
import { assertEquals } from "../../../assert.ts";

function face(name: string, [x, y, width, height]: readonly [number, number, number, number]) {
  return { name, box: { x, y, width, height } };
}

Deno.test("fromTheLeft() counts by the centre of the box, then from top to bottom", () => {
  const wide = face("wide", [0, 0, 100, 20]);
  const narrow = face("narrow", [20, 0, 10, 20]);
  const above = face("above", [70, 10, 20, 20]);
  const below = face("below", [75, 40, 10, 20]);
  const given = [below, above, wide, narrow];
  assertEquals(fromTheLeft(given), [narrow, wide, above, below]);
  assertEquals(given, [below, above, wide, narrow], "the argument stays as it was");
});
