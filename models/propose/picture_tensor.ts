import type { DeclaredTensor, Dimension } from "../onnx/value_info.ts";

/** An input that takes a picture. */
export interface PictureTensor {
  readonly tensor: string;
  readonly type: "float32" | "uint8";
  readonly layout: "NCHW" | "NHWC";
  readonly channelCount: 1 | 3;
  /** `null` if each run may set another. */
  readonly width: number | null;
  readonly height: number | null;
}

/**
 * Returns the file's only input as an input for one picture of one or three channels, as bytes or
 * floats; `null` if it is something else.
 */
export function pictureTensorOf(inputs: readonly DeclaredTensor[]): PictureTensor | null {
  if (inputs.length !== 1) return null;
  const [{ name: tensor, type, dims }] = inputs;
  if (type !== "float32" && type !== "uint8" || dims === null || dims.length !== 4) return null;
  if (typeof dims[0] === "number" && dims[0] !== 1) return null;
  const channelsFirst = isChannelCount(dims[1]);
  const channelsLast = isChannelCount(dims[3]);
  // The layout of a picture one pixel wide is ambiguous; the one that most exporters write is
  // taken.
  if (channelsFirst) return { tensor, type, layout: "NCHW", channelCount: channelsFirst, ...sides(dims[3], dims[2]) };
  if (channelsLast) return { tensor, type, layout: "NHWC", channelCount: channelsLast, ...sides(dims[2], dims[1]) };
  return null;
}

function isChannelCount(dim: Dimension): 1 | 3 | null {
  return dim === 1 || dim === 3 ? dim : null;
}

function sides(width: Dimension, height: Dimension): { width: number | null; height: number | null } {
  return {
    width: typeof width === "number" ? width : null,
    height: typeof height === "number" ? height : null,
  };
}
