import type { Picture } from "./picture.ts";

/** A picture of another layout than {@linkcode Picture}: one or four bytes a pixel. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Converts a grey picture of one byte a pixel to colour. */
export function fromGrey({ width, height, data }: Samples): Picture {
  const target = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < target.length; from++, to += 3) {
    target[to] = target[to + 1] = target[to + 2] = data[from];
  }
  return { width, height, data: target };
}

/**
 * Converts a picture of R, G, B and alpha; transparency shows white. `isPremultiplied` is true if
 * the
 * colours have been multiplied by the alpha.
 */
export function fromRgba(
  { width, height, data }: Samples,
  { isPremultiplied = false }: { isPremultiplied?: boolean } = {},
): Picture {
  const target = new Uint8Array(width * height * 3);
  const blend = isPremultiplied ? (sample: number, alpha: number) => Math.min(255, sample + 255 - alpha) : onWhite;
  for (let from = 0, to = 0; to < target.length; from += 4, to += 3) {
    const alpha = data[from + 3];
    target[to] = blend(data[from], alpha);
    target[to + 1] = blend(data[from + 1], alpha);
    target[to + 2] = blend(data[from + 2], alpha);
  }
  return { width, height, data: target };
}

/**
 * Converts C, M, Y, K by multiplication, as browsers do without a profile. `inkIs255` is true if
 * 255 is full ink, false if it is none.
 */
export function fromCmyk(
  { width, height, data }: Samples,
  { inkIs255 }: { inkIs255: boolean },
): Picture {
  const target = new Uint8Array(width * height * 3);
  const flip = inkIs255 ? 255 : 0;
  for (let from = 0, to = 0; to < target.length; from += 4, to += 3) {
    const light = data[from + 3] ^ flip;
    target[to] = Math.round(((data[from] ^ flip) * light) / 255);
    target[to + 1] = Math.round(((data[from + 1] ^ flip) * light) / 255);
    target[to + 2] = Math.round(((data[from + 2] ^ flip) * light) / 255);
  }
  return { width, height, data: target };
}

/** Returns a sample of 0..255 seen through `alpha` of 0..255 in front of white, rounded. */
export function onWhite(sample: number, alpha: number): number {
  return alpha === 255 ? sample : Math.round((sample * alpha + 255 * (255 - alpha)) / 255);
}
