import type { AssetSource } from "../../assets.ts";
import { placeLabels } from "./label_layout.ts";
import type { Mark, Tone } from "./mark.ts";
import type { Picture } from "../picture.ts";
import { fillBox, fillDisc, strokeBox } from "./shapes.ts";
import { type Colour, TextPainter } from "./text.ts";
import { TrueTypeFont } from "../font/true_type_font.ts";

/** A painter of marks: what was recognised, drawn into the picture. */
export interface Annotator {
  /** Draws frame, dots and label of each mark, in place, and returns the same picture. */
  annotate(picture: Picture, marks: readonly Mark[]): Promise<Picture>;
}

/** The colours of one tone. */
interface Palette {
  readonly plate: Colour;
  readonly letters: Colour;
  /** Set for a frame of half the usual width: there is little to be seen in it. */
  readonly isThin?: true;
}

const GREEN: Palette = { plate: [21, 128, 61], letters: [255, 255, 255] };
const AMBER: Palette = { plate: [251, 191, 36], letters: [20, 20, 20] };
const BLUE: Palette = { plate: [71, 97, 140], letters: [255, 255, 255] };
const GREY: Palette = { plate: [130, 130, 130], letters: [255, 255, 255], isThin: true };

/** The palette of each tone. */
const PALETTES: Readonly<Record<Tone, Palette>> = {
  known: GREEN,
  uncertain: AMBER,
  unknown: BLUE,
  poor_quality: GREY,
  found: AMBER,
};

/** Marks from which on letters and lines are fitted to the boxes. */
const CROWD_MIN = 24;
/** Side of the picture in which a box of a crowd would be as usual, in heights of the box. */
const SIDE_PER_BOX = 12;

/**
 * Creates an {@linkcode Annotator} that reads its font from `assets` at the first mark it draws.
 */
export function createAnnotator(assets: AssetSource): Annotator {
  let painter: TextPainter | null = null;
  return {
    async annotate(picture, marks) {
      if (marks.length === 0) return picture;
      painter ??= new TextPainter(new TrueTypeFont(await assets("font.ttf")));
      drawMarks(picture, marks, painter);
      return picture;
    },
  };
}

function drawMarks(picture: Picture, marks: readonly Mark[], painter: TextPainter): void {
  const { letterSize, thickness } = sizesFor(picture, marks);
  for (const { box, tone, points = [] } of marks) {
    const { plate, isThin } = PALETTES[tone];
    if (box !== null) {
      strokeBox(picture, box, { thickness: isThin ? Math.ceil(thickness / 2) : thickness, colour: plate });
    }
    if (isThin) continue;
    for (const point of points) {
      fillDisc(picture, point, { radius: thickness * 1.5, colour: [255, 255, 255] });
      fillDisc(picture, point, { radius: thickness, colour: plate });
    }
  }
  drawLabels(picture, marks.filter(({ label }) => label !== ""), { painter, letterSize });
}

/**
 * Returns the sizes of letters and lines: they grow with the picture, so that they look the same in
 * it at any size. In a crowd they are smaller, or the labels would cover the faces.
 */
function sizesFor({ width, height }: Picture, marks: readonly Mark[]): { letterSize: number; thickness: number } {
  const heights = marks.flatMap(({ box }) => box?.height ?? []).sort((one, other) => one - other);
  const isCrowd = heights.length >= CROWD_MIN;
  const side = Math.min(Math.sqrt(width * height), isCrowd ? heights[heights.length >> 1] * SIDE_PER_BOX : Infinity);
  return {
    letterSize: Math.max(11, Math.round(side / 60)),
    thickness: Math.max(1, Math.round(side / 500)),
  };
}

function drawLabels(
  picture: Picture,
  marks: readonly Mark[],
  { painter, letterSize }: { painter: TextPainter; letterSize: number },
): void {
  const padding = Math.ceil(letterSize / 4);
  const line = painter.lineOf(letterSize);
  const room = { size: letterSize, width: picture.width - 2 * padding };
  const texts = marks.map(({ label }) => painter.fit(label, room));
  const corner = { x: 0, y: 0, width: picture.width, height: 0 };
  const wanted = marks.map(({ box }, index) => ({
    // Labels without a box are listed line by line from the top of the picture.
    box: box ?? { ...corner, y: linesBefore(marks, index) * line.height },
    size: {
      width: Math.ceil(painter.measure(texts[index], letterSize)) + 2 * padding,
      height: line.height,
    },
  }));
  placeLabels(wanted, picture).forEach((place, index) => {
    const { plate, letters } = PALETTES[marks[index].tone];
    fillBox(picture, place, plate);
    painter.draw(picture, texts[index], {
      x: Math.round(place.x) + padding,
      y: Math.round(place.y) + line.baseline,
      size: letterSize,
      colour: letters,
    });
  });
}

function linesBefore(marks: readonly Mark[], index: number): number {
  return marks.slice(0, index).filter(({ box }) => box === null).length;
}
