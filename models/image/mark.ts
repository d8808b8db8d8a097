import type { Box, Point } from "./geometry.ts";

/** How a mark stands out: `known` is somebody with a name, `found` anybody or anything else. */
export type Tone = "known" | "found";

/** Something to draw into a picture: a frame with a label, and dots. */
export interface Mark {
  /** Null: the label stands in a corner of the picture and names nothing in particular. */
  readonly box: Box | null;
  readonly label: string;
  readonly tone: Tone;
  readonly points?: readonly Point[];
}
