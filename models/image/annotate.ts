import type { Person, Recognition } from "../../protocol/messages/prediction.ts";
import type { AssetSource } from "../assets.ts";
import { placeLabels } from "./label_layout.ts";
import type { Picture } from "./picture.ts";
import { fillBox, fillDisc, strokeBox } from "./shapes.ts";
import { type Colour, TextPainter } from "./text.ts";
import { TrueTypeFont } from "./true_type_font.ts";

/** Draws what was recognised. */
export interface Annotator {
  /**
   * Draws a box, the landmarks and a label for each person, in place, and returns the same picture. Colour and label say what the
   * gallery says; of a face that was compared with nobody the label is the detector's score.
   */
  annotate(picture: Picture, persons: readonly Person[]): Promise<Picture>;
}

/** Of the frame and plate, and of the letters on it. */
interface Palette {
  readonly plate: Colour;
  readonly letters: Colour;
  /** A frame of half the usual width: there is little to be seen in it. */
  readonly isThin?: true;
}

const GREEN: Palette = { plate: [21, 128, 61], letters: [255, 255, 255] };
const AMBER: Palette = { plate: [251, 191, 36], letters: [20, 20, 20] };
const BLUE: Palette = { plate: [71, 97, 140], letters: [255, 255, 255] };
const GREY: Palette = { plate: [130, 130, 130], letters: [255, 255, 255], isThin: true };

const PALETTES: Readonly<Record<Recognition, Palette>> = {
  known: GREEN,
  uncertain: AMBER,
  unknown: BLUE,
  poor_quality: GREY,
};

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

/** What a person's label says: `Zoë Müller 0.62`, `Zoë Müller?`, `unknown`, `poor quality`, or, compared with nobody, `person 97%`. */
export function labelOf({ name, similarity, score, recognition, candidates = [] }: Person): string {
  if (name !== null) return similarity === null ? name : `${name} ${similarity.toFixed(2)}`;
  switch (recognition) {
    case undefined:
      return `person ${Math.round(score * 100)}%`;
    case "uncertain":
      return candidates.length === 0 ? "uncertain" : `${candidates[0].name}?`;
    case "poor_quality":
      return "poor quality";
    default:
      return recognition;
  }
}

function drawPersons(
  picture: Picture,
  persons: readonly Person[],
  painter: TextPainter,
): void {
  const { letterSize, thickness } = sizesFor(picture);
  for (const person of persons) {
    const { plate, isThin } = paletteOf(person);
    strokeBox(picture, person.box, { thickness: isThin ? Math.ceil(thickness / 2) : thickness, colour: plate });
    if (isThin) continue;
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

function paletteOf({ name, recognition }: Person): Palette {
  if (recognition !== undefined) return PALETTES[recognition];
  return name === null ? AMBER : GREEN;
}
