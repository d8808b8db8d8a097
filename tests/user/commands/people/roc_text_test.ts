import { calibrate, rocCurve } from "../../../../models/gallery/roc.ts";
import { evenly, pairsOf } from "../../../../user/commands/people/face_pairs.ts";
import { rocText } from "../../../../user/commands/people/roc_text.ts";
import { assert, assertEquals } from "../../../assert.ts";

const face = (name: string, ...embedding: number[]) => ({ name, embedding: Float32Array.from(embedding) });

Deno.test("pairsOf() compares every two faces once, as genuine or impostor pair", () => {
  const { genuine, impostor } = pairsOf([face("a", 1, 0), face("a", 0, 1), face("b", 1, 0)]);
  assertEquals([genuine, impostor], [[0], [1, 0]]);
});

Deno.test("evenly() selects items from the first to the last, each at most once", () => {
  assertEquals(evenly([1, 2, 3], 3), [1, 2, 3]);
  assertEquals(evenly([1, 2, 3, 4, 5, 6], 3), [1, 3, 5]);
});

Deno.test("rocText() shows both rates at each threshold and marks the chosen ones", () => {
  const pairs = { genuine: [0.5, 0.7, 0.9], impostor: [-0.4, 0.1, 0.3] };
  const curve = rocCurve(pairs);
  const found = calibrate(pairs);
  const lines = rocText(curve, found, { columnsMax: Infinity, color: false }).trimEnd().split("\n");
  const cells = lines.slice(1).map((line) => line.trim().split(/ {2,}/));
  const marked = cells.find(([threshold]) => threshold.includes("known"));
  assertEquals(marked?.slice(0, 3), [`${found.known.toFixed(3)} known unknown`, "0.0 %", "0.0 %"]);
  assert(cells.every(([, , , plot]) => plot === undefined || plot.startsWith("|")));
  const [accepted, refused] = [1, 2].map((at) => cells.map((row) => parseFloat(row[at])));
  assertEquals(accepted, accepted.toSorted((one, other) => other - one), "falls");
  assertEquals(refused, refused.toSorted((one, other) => one - other), "rises");
  assert(cells.every(([threshold]) => parseFloat(threshold) >= 0));
});
