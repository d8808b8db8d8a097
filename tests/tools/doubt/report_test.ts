import type { PhotoSource } from "../../../tools/doubt/photo_sources.ts";
import { lossesOf, oddsAt, staysOf } from "../../../tools/doubt/report.ts";
import type { JudgedFace } from "../../../tools/doubt/train.ts";
import type { Variant } from "../../../tools/doubt/variants.ts";
import { assertEquals } from "../../assert.ts";

const PEOPLE: PhotoSource = {
  directory: "people",
  holds: "faces",
  licence: "CC0-1.0",
  title: "",
  groups: { children: ["1"] },
};
const ANIMALS: PhotoSource = { ...PEOPLE, directory: "animals", holds: "others", groups: undefined };

function face(source: PhotoSource, odds: number, rest: { file?: string; variant?: Variant } = {}): JudgedFace {
  return {
    source,
    odds,
    file: "0",
    variant: "plain",
    brightness: 100,
    fold: 0,
    weight: 1,
    answer: source === PEOPLE ? 1 : 0,
    values: Float64Array.of(0, 0),
    ...rest,
  };
}

const FACES: readonly JudgedFace[] = [
  face(PEOPLE, 4),
  face(PEOPLE, -1, { file: "1" }),
  face(PEOPLE, -3, { file: "1", variant: "dark" }),
  face(ANIMALS, -4),
  face(ANIMALS, -1),
  face(ANIMALS, 2, { variant: "dark" }),
];

Deno.test("lossesOf() counts true faces below the bars, of all, of each source, group and variant", () => {
  const losses = lossesOf(FACES, { omittedBelow: 0.1, doubtfulBelow: 0.5 });
  assertEquals(losses.map(({ name, faces, omitted, doubtful }) => [name, faces, omitted, doubtful]), [
    ["all, as they are", 2, 0, 1],
    ["people", 2, 0, 1],
    ["children", 1, 0, 1],
    ["all, dark", 1, 1, 1],
  ]);
});

Deno.test("staysOf() counts false faces with at least these odds, as they are", () => {
  assertEquals(staysOf(FACES, -1), [{ name: "animals", faces: 2, stay: 1 }]);
  assertEquals(staysOf(FACES, -4), [{ name: "animals", faces: 2, stay: 2 }]);
});

Deno.test("oddsAt() has this share of the true faces below it", () => {
  const faces = [3, 1, 2, 0].map((odds) => face(PEOPLE, odds));
  assertEquals([0, 0.25, 0.5].map((share) => oddsAt(faces, share)), [0, 1, 2]);
});
