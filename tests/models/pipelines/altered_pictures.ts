import type { Box } from "../../../models/image/geometry/geometry.ts";
import type { Picture } from "../../../models/image/picture.ts";

/**
 * Returns the picture rotated clockwise around its centre at the same size, with linear
 * interpolation. Corners that leave the frame are cut off, those that enter it are black.
 */
export function rotatedPicture(picture: Picture, degrees: number): Picture {
  const { width, height, data } = picture;
  const cos = Math.cos(degrees * Math.PI / 180), sin = Math.sin(degrees * Math.PI / 180);
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const right = x - width / 2, down = y - height / 2;
      const fromX = right * cos + down * sin + width / 2;
      const fromY = down * cos - right * sin + height / 2;
      const left = Math.floor(fromX), top = Math.floor(fromY);
      if (left < 0 || top < 0 || left + 1 >= width || top + 1 >= height) continue;
      const shareX = fromX - left, shareY = fromY - top;
      const at = (top * width + left) * 3, below = at + width * 3;
      for (let channel = 0; channel < 3; channel++) {
        const upper = data[at + channel] * (1 - shareX) + data[at + 3 + channel] * shareX;
        const lower = data[below + channel] * (1 - shareX) + data[below + 3 + channel] * shareX;
        turned[(y * width + x) * 3 + channel] = upper * (1 - shareY) + lower * shareY;
      }
    }
  }
  return { width, height, data: turned };
}

/**
 * Returns the picture at a quarter of its width and height: every pixel is the mean of 4x4 pixels.
 */
export function quarteredPicture(picture: Picture): Picture {
  const width = Math.floor(picture.width / 4), height = Math.floor(picture.height / 4);
  const data = new Uint8Array(width * height * 3);
  for (let to = 0; to < data.length; to++) {
    const channel = to % 3, x = Math.floor(to / 3) % width, y = Math.floor(to / 3 / width);
    let sum = 0;
    for (let row = 0; row < 4; row++) {
      const from = ((y * 4 + row) * picture.width + x * 4) * 3 + channel;
      for (let column = 0; column < 4; column++) sum += picture.data[from + column * 3];
    }
    data[to] = Math.round(sum / 16);
  }
  return { width, height, data };
}

/** Returns the part of the picture inside a box of whole pixels. */
export function croppedPicture(picture: Picture, { x, y, width, height }: Box): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * picture.width + x) * 3;
    data.set(picture.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, data };
}
