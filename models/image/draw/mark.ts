import type { Recognition } from "../../../protocol/messages/prediction.ts";
import type { Box, Point } from "../geometry/geometry.ts";

/**
 * The appearance of a mark: what a gallery says of the face, or `found` for anybody and anything
 * else.
 */
export type Tone = Recognition | "found";

/** Something to draw into a picture: a frame with a label, and dots. */
export interface Mark {
  /** `null` if the mark belongs to the whole picture: its label is then drawn in a corner. */
  readonly box: Box | null;
  /** Text of the label; `""` for none. */
  readonly label: string;
  readonly tone: Tone;
  readonly points?: readonly Point[];
}
