import type { Box, Point } from "../../models/image/geometry/geometry.ts";
import type { Picture } from "../../models/image/picture.ts";
import { shrinkTo } from "../../models/image/resample/shrink.ts";

/** Ways in which each photo is read, so that no condition of a photo tells faces from others. */
export const VARIANTS = ["plain", "dark", "blurred", "masked", "small"] as const;
export type Variant = (typeof VARIANTS)[number];

/** A photo as a variant shows it. */
export interface VariedPhoto {
  readonly picture: Picture;
  readonly box: Box;
  /** Height of the face in pixels of the first look; absent if that has not changed. */
  readonly heightInLook?: number;
}

/** Share of the light that a dark photo keeps. */
const DARK_SHARE = 0.22;
/** Radius of the blur, in heights of the face. */
const BLUR_RADIUS = 1 / 14;
/** Height of a small face, in pixels of the picture and of the first look. */
const SMALL_HEIGHT = 32;
/** Colours of masks: light blue, white, black. */
const MASKS = [[150, 190, 215], [235, 235, 235], [30, 30, 34]] as const;

/** Returns the photo as `variant` shows it, with the face at `box` and its five points. */
export function variantOf(
  picture: Picture,
  { box, landmarks, variant }: { box: Box; landmarks: readonly Point[]; variant: Variant },
): VariedPhoto {
  switch (variant) {
    case "plain":
      return { picture, box };
    case "dark":
      return { picture: { ...picture, data: picture.data.map((value) => value * DARK_SHARE) }, box };
    case "blurred":
      return { picture: blurred(picture, Math.max(1, Math.round(box.height * BLUR_RADIUS))), box };
    case "masked":
      return { picture: masked(picture, { box, landmarks }), box };
    case "small":
      return small(picture, box);
  }
}

/** Returns the picture blurred by two means over `2 * radius + 1` pixels in each direction. */
function blurred(picture: Picture, radius: number): Picture {
  let { data } = picture;
  const { width, height } = picture;
  for (let round = 0; round < 2; round++) {
    data = meansAlong(data, { lines: height, length: width, lineStep: width * 3, step: 3, radius });
    data = meansAlong(data, { lines: width, length: height, lineStep: 3, step: width * 3, radius });
  }
  return { width, height, data };
}

function meansAlong(
  data: Uint8Array,
  options: { lines: number; length: number; lineStep: number; step: number; radius: number },
): Uint8Array {
  const { lines, length, lineStep, step, radius } = options;
  const means = new Uint8Array(data.length);
  for (let line = 0; line < lines; line++) {
    for (let channel = 0; channel < 3; channel++) {
      const start = line * lineStep + channel;
      const valueAt = (at: number) => data[start + Math.min(Math.max(at, 0), length - 1) * step];
      let sum = 0;
      for (let at = -radius; at <= radius; at++) sum += valueAt(at);
      for (let at = 0; at < length; at++) {
        means[start + at * step] = sum / (2 * radius + 1);
        sum += valueAt(at + radius + 1) - valueAt(at - radius);
      }
    }
  }
  return means;
}

/** Returns the picture with a mask from the nose to below the chin. */
function masked(picture: Picture, { box, landmarks }: { box: Box; landmarks: readonly Point[] }): Picture {
  const { width, height } = picture;
  const data = picture.data.slice();
  const top = Math.max(0, Math.round(landmarks[2].y - box.height * 0.06));
  const bottom = Math.min(height, Math.round(box.y + box.height * 1.02));
  const left = Math.max(0, Math.round(box.x + box.width * 0.04));
  const right = Math.min(width, Math.round(box.x + box.width * 0.96));
  const colour = MASKS[(width + height + Math.round(box.x)) % MASKS.length];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      // Folds, so that it is no plain area.
      const fold = Math.round(y * 24 / box.height) % 3 === 0 ? 0.9 : 1;
      for (let channel = 0; channel < 3; channel++) data[(y * width + x) * 3 + channel] = colour[channel] * fold;
    }
  }
  return { width, height, data };
}

function small(picture: Picture, box: Box): VariedPhoto {
  const shrink = Math.min(1, SMALL_HEIGHT / box.height);
  const shrunk = shrinkTo(picture, Math.max(1, Math.round(Math.max(picture.width, picture.height) * shrink)));
  const [across, down] = [shrunk.width / picture.width, shrunk.height / picture.height];
  const scaled = { x: box.x * across, y: box.y * down, width: box.width * across, height: box.height * down };
  return { picture: shrunk, box: scaled, heightInLook: SMALL_HEIGHT };
}
