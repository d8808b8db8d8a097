import type { Size } from "./geometry/geometry.ts";

/**
 * A picture in the form that models take: upright, sRGB, 8 bits a channel, rows from the top,
 * no padding.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `width * height * 3` bytes: R, G, B. */
  readonly data: Uint8Array;
  /** The size that it has in the file; absent if that is its own. */
  readonly original?: Size;
  /** One sentence on the damage that the decoder made up for; absent if there was none. */
  readonly flaw?: string;
}
