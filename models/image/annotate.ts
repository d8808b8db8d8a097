import type { Person } from "../../protocol/messages/prediction.ts";
import type { AssetSource } from "../assets.ts";
import { placeLabels } from "./label_layout.ts";
import type { Picture } from "./picture.ts";
import { fillBox, fillDisc, strokeBox } from "./shapes.ts";
import { type Colour, TextPainter } from "./text.ts";
import { TrueTypeFont } from "./true_type_font.ts";

/** Draws what was recognised. */
export interface Annotator {
  /**
   * Draws a box, the landmarks and a label for each person, in place, and returns the same picture. The label is the name and the
   * similarity where there is a name, else the detector's score.
   */
  annotate(picture: Picture, persons: readonly Person[]): Promise<Picture>;
}

/** The colours of somebody known and of anybody else: of the frame and plate, and of the letters on it. */
const KNOWN: Palette = { plate: [21, 128, 61], letters: [255, 255, 255] };
const UNKNOWN: Palette = { plate: [251, 191, 36], letters: [20, 20, 20] };

interface Palette {
  readonly plate: Colour;
  readonly letters: Colour;
}

/** An {@linkcode Annotator} whose font comes from `assets` when there is first something to write. */
export function createAnnotator(assets: AssetSource): Annotator {
  let painter: TextPainter | null = null;
  return {
    async annotate(picture, persons) {
      if (persons.length === 0) return picture;
      painter ??= new TextPainter(new TrueTypeFont(await assets("font.ttf")));
      drawPersons(picture, persons, painter);
      return picture;
    },
  };
}

/** What a person's label says: `Zoë Müller 0.62`, or `person 97%`. */
export function labelOf({ name, similarity, score }: Person): string {
  if (name === null) return `person ${Math.round(score * 100)}%`;
  return similarity === null ? name : `${name} ${similarity.toFixed(2)}`;
}

function drawPersons(
  picture: Picture,
  persons: readonly Person[],
  painter: TextPainter,
): void {
  const { letterSize, thickness } = sizesFor(picture);
  for (const person of persons) {
    const { plate } = paletteOf(person);
    strokeBox(picture, person.box, { thickness, colour: plate });
    for (const point of person.landmarks) {
      fillDisc(picture, point, { radius: thickness * 1.5, colour: [255, 255, 255] });
      fillDisc(picture, point, { radius: thickness, colour: plate });
    }
  }
  drawLabels(picture, persons, { painter, letterSize });
}

/** Lines and letters grow with the picture, so that they look the same in it at any size. */
function sizesFor({ width, height }: Picture): { letterSize: number; thickness: number } {
  const side = Math.sqrt(width * height);
  return {
    letterSize: Math.max(11, Math.round(side / 60)),
    thickness: Math.max(1, Math.round(side / 500)),
  };
}

function drawLabels(
  picture: Picture,
  persons: readonly Person[],
  { painter, letterSize }: { painter: TextPainter; letterSize: number },
): void {
  const padding = Math.ceil(letterSize / 4);
  const line = painter.lineOf(letterSize);
  const room = { size: letterSize, width: picture.width - 2 * padding };
  const texts = persons.map((person) => painter.fit(labelOf(person), room));
  const wanted = persons.map(({ box }, index) => ({
    box,
    size: {
      width: Math.ceil(painter.measure(texts[index], letterSize)) + 2 * padding,
      height: line.height,
    },
  }));
  placeLabels(wanted, picture).forEach((place, index) => {
    const { plate, letters } = paletteOf(persons[index]);
    fillBox(picture, place, plate);
    painter.draw(picture, texts[index], {
      x: Math.round(place.x) + padding,
      y: Math.round(place.y) + line.baseline,
      size: letterSize,
      colour: letters,
    });
  });
}

function paletteOf({ name }: Person): Palette {
  return name === null ? UNKNOWN : KNOWN;
}
