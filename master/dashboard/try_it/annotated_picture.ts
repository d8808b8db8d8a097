import type { Prediction } from "../../../protocol/messages/prediction.ts";
import { Refused } from "../api/refused.ts";
import { labelSize } from "./label_size.ts";
import type { ShownPerson, Verdict } from "./shown_persons.ts";
import type { TriedPicture } from "./tried_picture.ts";

const JPEG_QUALITY = 0.92;
/** Colours of boxes, the same in both schemes because they lie on a picture. */
const COLOURS: Readonly<Record<Verdict, string>> = {
  known: "#4ade80",
  uncertain: "#fbbf24",
  unknown: "#e5e7eb",
  poor_quality: "#c4b5fd",
  none: "#e5e7eb",
};

/** Findings to draw. */
export interface Drawing {
  readonly prediction: Prediction;
  readonly persons: readonly ShownPerson[];
}

/** Draws boxes, numbers and names onto the picture, and lets the browser save it. */
export async function saveAnnotated({ url, file }: TriedPicture, drawing: Drawing): Promise<void> {
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => {
    throw new Refused(`This browser cannot draw ${file.name}.`, {
      code: "image_unsupported",
      status: 0,
      advice: "`dml predict` writes the annotated picture of every format.",
    });
  });
  const canvas = document.createElement("canvas");
  canvas.width = drawing.prediction.width || image.naturalWidth;
  canvas.height = drawing.prediction.height || image.naturalHeight;
  const context = canvas.getContext("2d")!;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  draw(context, drawing);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  if (blob !== null) save(blob, `${file.name.replace(/\.[^.]*$/, "")}.annotated.jpg`);
}

function draw(context: CanvasRenderingContext2D, { prediction, persons }: Drawing): void {
  const size = labelSize(prediction);
  context.font = `600 ${size}px system-ui, sans-serif`;
  context.lineJoin = "round";
  const marks = [
    ...(prediction.objects ?? []).map(({ box, label }) => ({ box, text: label, colour: COLOURS.unknown })),
    ...persons.map(({ number, person: { box }, verdict, name }) => {
      return { box, text: name === null ? String(number) : `${number} ${name}`, colour: COLOURS[verdict] };
    }),
  ];
  for (const { box: { x, y, width, height }, text, colour } of marks) {
    for (const [style, line] of [["#0009", size / 4], [colour, size / 7]] as const) {
      context.strokeStyle = style;
      context.lineWidth = line;
      context.strokeRect(x, y, width, height);
    }
    const baseline = y > size * 1.5 ? y - size * 0.4 : y + size * 1.1;
    context.strokeStyle = "#000c";
    context.lineWidth = size / 4;
    context.strokeText(text, x, baseline);
    context.fillStyle = colour;
    context.fillText(text, x, baseline);
  }
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
