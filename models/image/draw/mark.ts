import type { Recognition } from "../../../protocol/messages/prediction.ts";
import type { Box, Point } from "../geometry/geometry.ts";

/** How a mark stands out: by what a gallery says of the face, or `found` for anybody and anything else. */
export type Tone = Recognition | "found";

/** Something to draw into a picture: a frame with a label, and dots. */
export interface Mark {
  /** Null: the label stands in a corner of the picture and names nothing in particular. */
  readonly box: Box | null;
  readonly label: string;
  readonly tone: Tone;
  readonly points?: readonly Point[];
}
