import type { Orientation } from "./geometry/orientation.ts";

/** The size and orientation of a picture, read from its first bytes before anything is decoded. */
export interface Measures {
  /** Width in pixels as stored, before the orientation is applied. */
  readonly width: number;
  /** Height in pixels as stored, before the orientation is applied. */
  readonly height: number;
  /** The turn that makes the stored picture upright. */
  readonly orientation: Orientation;
}
