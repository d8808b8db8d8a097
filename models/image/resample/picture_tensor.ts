import { invariant } from "../../../protocol/kernel/invariant.ts";
import type { PictureInput } from "../../manifest/picture_input.ts";
import type { Tensor } from "../../tensor.ts";
import { type RowReceiver, shrinkRows } from "./area_filter.ts";
import { enlargeRows } from "./bilinear_filter.ts";
import type { Picture } from "../picture.ts";
import { placed, type Placement } from "../geometry/placement.ts";

/** The weights of R, G and B in a grey sample (ITU-R BT.601). */
const GREY = [0.299, 0.587, 0.114] as const;

type Numbers = Float32Array | Uint8Array;

/**
 * Conversion of one channel of the tensor: `sample * factor + shift`, with `sample` one of R, G and
 * B, or the weighted sum of all three if the channel is grey.
 */
interface Channel {
  readonly sample: 0 | 1 | 2;
  readonly factor: number;
  readonly shift: number;
  /** The value of the frame outside the picture. */
  readonly outside: number;
}

/** The columns of a frame that a picture reaches into; the end is exclusive. */
interface Columns {
  readonly start: number;
  readonly end: number;
}

/**
 * The input tensor of a model file that takes pictures. One buffer is reused for all pictures, so a
 * picture allocates nothing.
 */
export class PictureTensor {
  readonly tensor: Tensor;
  readonly #input: PictureInput;
  readonly #data: Numbers;
  readonly #channels: readonly Channel[];

  /** Writes into `data`, if given, which must have the input's size. */
  constructor(input: PictureInput, data?: Float32Array) {
    const { width, height, layout, type } = input;
    this.#input = input;
    this.#channels = channelsOf(input);
    const depth = this.#channels.length;
    const count = width * height * depth;
    this.#data = data ?? (type === "uint8" ? new Uint8Array(count) : new Float32Array(count));
    invariant(this.#data.length === count, "the tensor has the size of the input");
    const dims = layout === "NCHW" ? [1, depth, height, width] : [1, height, width, depth];
    this.tensor = { type, dims, data: this.#data };
  }

  /** Writes `picture` placed as the input says, or by `placement`; returns the placement. */
  fill(
    picture: Picture,
    placement: Placement = placed(picture, { frame: this.#input, resize: this.#input.resize }),
  ): Placement {
    const { width } = this.#input;
    const { scaleX, scaleY, offsetX } = placement;
    const columns = {
      start: Math.max(0, Math.round(offsetX)),
      end: Math.min(width, Math.round(offsetX + picture.width * scaleX)),
    };
    this.#clear();
    const resample = scaleX <= 1 || scaleY <= 1 ? shrinkRows : enlargeRows;
    resample(picture, { frame: this.#input, fit: placement }, this.#rowWriter(columns));
    return placement;
  }

  /** Fills the frame with the colour that surrounds a picture. */
  #clear(): void {
    const plane = this.#input.width * this.#input.height;
    const channels = this.#channels;
    if (this.#input.layout === "NCHW" || channels.every(({ outside }) => outside === channels[0].outside)) {
      channels.forEach(({ outside }, at) => this.#data.fill(outside, at * plane, (at + 1) * plane));
      return;
    }
    for (let to = 0, channel = 0; to < this.#data.length; to++) {
      this.#data[to] = channels[channel].outside;
      channel = channel === channels.length - 1 ? 0 : channel + 1;
    }
  }

  #rowWriter(columns: Columns): RowReceiver {
    const { width, height, layout } = this.#input;
    const channels = this.#channels;
    const data = this.#data;
    if (channels.length === 1) {
      return (row, y) => writeGrey(row, { data, start: y * width, columns, channel: channels[0] });
    }
    const isPlanar = layout === "NCHW";
    return (row, y) =>
      channels.forEach((channel, at) => {
        const start = isPlanar ? at * width * height + y * width : y * width * 3 + at;
        writeChannel(row, { data, start, step: isPlanar ? 1 : 3, columns, channel });
      });
  }
}

function channelsOf({ channels, type, scale, mean, std, resize }: PictureInput): Channel[] {
  const colour = resize.mode === "letterbox" ? resize.colour : [0, 0, 0];
  const grey = colour[0] * GREY[0] + colour[1] * GREY[1] + colour[2] * GREY[2];
  const order = channels === "grey" ? [0] as const : channels === "RGB" ? [0, 1, 2] as const : [2, 1, 0] as const;
  return order.map((sample, at) => {
    const deviation = std[at] ?? std[0];
    const factor = scale / deviation;
    // Storing a number as a byte truncates it; adding a half rounds it.
    const shift = -(mean[at] ?? mean[0]) / deviation + (type === "uint8" ? 0.5 : 0);
    return { sample, factor, shift, outside: (channels === "grey" ? grey : colour[sample]) * factor + shift };
  });
}

function writeChannel(
  row: Float32Array,
  target: { data: Numbers; start: number; step: number; columns: Columns; channel: Channel },
): void {
  const { data, step, columns: { start, end }, channel: { sample, factor, shift } } = target;
  let to = target.start + start * step;
  for (let from = start * 3 + sample; from < end * 3; from += 3, to += step) data[to] = row[from] * factor + shift;
}

function writeGrey(
  row: Float32Array,
  target: { data: Numbers; start: number; columns: Columns; channel: Channel },
): void {
  const { data, columns: { start, end }, channel: { factor, shift } } = target;
  let to = target.start + start;
  for (let from = start * 3; from < end * 3; from += 3, to++) {
    data[to] = (row[from] * GREY[0] + row[from + 1] * GREY[1] + row[from + 2] * GREY[2]) * factor + shift;
  }
}
