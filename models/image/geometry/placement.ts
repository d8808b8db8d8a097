import type { Resize } from "../../manifest/picture_input.ts";
import type { Box, Point, Size } from "./geometry.ts";

/**
 * The position and scale of a picture in a frame, upright but perhaps distorted: frame = picture *
 * scale + offset.
 */
export interface Placement {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

/**
 * Places `picture` in `frame` as `resize` says. A letterbox begins and ends at whole pixels of the
 * frame, as in the programs that model files are trained with.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const placement = placed({ width: 640, height: 320 }, { frame: { width: 320, height: 320 },
 * resize: { mode: "letterbox", colour: [114, 114, 114], place: "centre" }, });
 * assertEquals(placement, { scaleX: 0.5, scaleY: 0.5, offsetX: 0, offsetY: 80 }); ```
 */
export function placed(picture: Size, { frame, resize }: { frame: Size; resize: Resize }): Placement {
  switch (resize.mode) {
    case "letterbox":
      return letterboxed(picture, { frame, isCentred: resize.place === "centre" });
    case "stretch":
      return placedBox({ x: 0, y: 0, width: picture.width, height: picture.height }, frame);
    case "crop":
      return cropped(picture, { frame, share: resize.share });
  }
}

function letterboxed(picture: Size, { frame, isCentred }: { frame: Size; isCentred: boolean }): Placement {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const width = Math.min(Math.max(Math.round(picture.width * scale), 1), frame.width);
  const height = Math.min(Math.max(Math.round(picture.height * scale), 1), frame.height);
  return {
    scaleX: width / picture.width,
    scaleY: height / picture.height,
    offsetX: isCentred ? Math.floor((frame.width - width) / 2) : 0,
    offsetY: isCentred ? Math.floor((frame.height - height) / 2) : 0,
  };
}

function cropped(picture: Size, { frame, share }: { frame: Size; share: number }): Placement {
  const scale = Math.max(frame.width / picture.width, frame.height / picture.height) / share;
  return {
    scaleX: scale,
    scaleY: scale,
    offsetX: (frame.width - picture.width * scale) / 2,
    offsetY: (frame.height - picture.height * scale) / 2,
  };
}

/** Returns the placement in which `box` of the picture fills `frame`. */
export function placedBox(box: Box, frame: Size): Placement {
  const scaleX = frame.width / box.width;
  const scaleY = frame.height / box.height;
  return { scaleX, scaleY, offsetX: -box.x * scaleX, offsetY: -box.y * scaleY };
}

/** Converts a point of the frame to pixels of the picture. */
export function fromFrame({ x, y }: Point, { scaleX, scaleY, offsetX, offsetY }: Placement): Point {
  return { x: (x - offsetX) / scaleX, y: (y - offsetY) / scaleY };
}
