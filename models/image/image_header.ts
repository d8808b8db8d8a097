import type { Orientation } from "./geometry/orientation.ts";

/** The formats that dml decodes. */
export type ImageFormat = "jpeg" | "png" | "gif" | "tiff" | "webp" | "avif";

/** What a picture's first bytes say about it, read before anything is decoded. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** In pixels as stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** How to turn the stored picture upright. */
  readonly orientation: Orientation;
}

/** A header as the reader of one format returns it. */
export type Measures = Omit<ImageHeader, "format">;
