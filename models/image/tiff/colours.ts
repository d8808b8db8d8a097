import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Picture } from "../picture.ts";
import { fromCmyk, onWhite } from "../samples.ts";
import { PHOTOMETRIC, type TiffLayout } from "./layout.ts";

/**
 * Converts `samples`, all samples of a page, one byte each, to a picture; transparency shows white.
 */
export function tiffColours(layout: TiffLayout, samples: Uint8Array): Picture {
  const { width, height, photometric } = layout;
  if (photometric === PHOTOMETRIC.cmyk) {
    const data = layout.samples === 4 ? samples : firstFour(samples, layout.samples);
    return fromCmyk({ width, height, data }, { inkIs255: true });
  }
  const data = new Uint8Array(width * height * 3);
  const lookup = lookupTable(layout);
  const colours = photometric === PHOTOMETRIC.rgb ? 1 : 0;
  for (let from = 0, to = 0; to < data.length; from += layout.samples, to += 3) {
    data[to] = lookup[samples[from] * 3];
    data[to + 1] = lookup[samples[from + colours] * 3 + 1];
    data[to + 2] = lookup[samples[from + 2 * colours] * 3 + 2];
  }
  if (layout.alpha !== "none") putOnWhite(layout, samples, data);
  return { width, height, data };
}

/** Makes the table from every value of a sample to R, G, B. */
function lookupTable({ photometric, depth, colourMap }: TiffLayout): Uint8Array {
  const count = depth < 8 ? 1 << depth : 256;
  const table = new Uint8Array(count * 3);
  if (photometric === PHOTOMETRIC.palette && colourMap.length < count * 3) {
    throw new DmlError("image_unreadable", "The TIFF's palette is cut short.");
  }
  for (let value = 0; value < count; value++) {
    const level = Math.round((value * 255) / (count - 1));
    const shown = photometric === PHOTOMETRIC.whiteIsZero ? 255 - level : level;
    for (let channel = 0; channel < 3; channel++) {
      table[value * 3 + channel] = photometric === PHOTOMETRIC.palette
        ? colourMap[channel * count + value] >> 8
        : shown;
    }
  }
  return table;
}

function putOnWhite(layout: TiffLayout, samples: Uint8Array, data: Uint8Array): void {
  const alphaIndex = layout.photometric === PHOTOMETRIC.rgb ? 3 : 1;
  for (let pixel = 0, to = 0; to < data.length; pixel++, to += 3) {
    const alpha = samples[pixel * layout.samples + alphaIndex];
    for (let channel = 0; channel < 3; channel++) {
      data[to + channel] = layout.alpha === "straight"
        ? onWhite(data[to + channel], alpha)
        : Math.min(255, data[to + channel] + 255 - alpha);
    }
  }
}

function firstFour(samples: Uint8Array, count: number): Uint8Array {
  const target = new Uint8Array((samples.length / count) * 4);
  for (let from = 0, to = 0; to < target.length; from += count, to += 4) {
    target.set(samples.subarray(from, from + 4), to);
  }
  return target;
}
