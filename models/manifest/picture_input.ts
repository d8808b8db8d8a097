import { type Infer, z } from "../../protocol/schema.ts";

/** Largest side of a model file's input, in pixels. */
const SIDE_MAX = 4_096;

/** Name of a tensor in an ONNX file. */
// deno-lint-ignore no-control-regex -- the pattern refuses control characters
export const tensorNameSchema = z.string().min(1).max(256).regex(/^[^\x00-\x1f\x7f]+$/);

const side = z.number().int().min(1).max(SIDE_MAX);
const channelNumbers = z.array(z.number().min(-1e6).max(1e6)).min(1).max(3);

/** Method of fitting the picture into the shape of the input. */
const resizeSchema = z.discriminatedUnion("mode", [
  /**
   * Scales the whole picture without distortion to the largest size that fits, and fills the rest
   * with one colour.
   */
  z.strictObject({
    mode: z.literal("letterbox"),
    /** Colour of the rest: R, G, B, 0..255. */
    colour: z.array(z.number().int().min(0).max(255)).length(3),
    place: z.enum(["centre", "top_left"]),
  }),
  /** Stretches the whole picture to the shape of the input, with distortion. */
  z.strictObject({ mode: z.literal("stretch") }),
  /**
   * Scales the picture without distortion to cover the input, and cuts off the excess on two sides.
   */
  z.strictObject({
    mode: z.literal("crop"),
    /**
     * Share of the largest part with the input's shape that is kept, around its centre: 0.875 is
     * 224 of 256 pixels.
     */
    share: z.number().min(0.1).max(1),
  }),
]);

/**
 * Input of a model file that takes a picture. Each number is `(sample * scale - mean[c]) / std[c]`,
 * with samples of 0..255.
 */
export const pictureInputSchema = z.strictObject({
  tensor: tensorNameSchema,
  width: side,
  height: side,
  /**
   * Order of the numbers: channels first (all of one channel, then the next) or channels last (all
   * of one pixel, then the next); the batch size is one.
   */
  layout: z.enum(["NCHW", "NHWC"]),
  channels: z.enum(["RGB", "BGR", "grey"]),
  type: z.enum(["float32", "uint8"]),
  resize: resizeSchema,
  scale: z.number().min(1e-6).max(1e6),
  /** One number per channel, in the tensor's order of channels, or one for all. */
  mean: channelNumbers,
  std: channelNumbers,
}).superRefine((input, context) => {
  const count = input.channels === "grey" ? 1 : 3;
  for (const name of ["mean", "std"] as const) {
    if (input[name].length === 1 || input[name].length === count) continue;
    context.addIssue({ code: "custom", path: [name], message: `must have 1 number, or ${count}` });
  }
  if (input.std.some((value) => Math.abs(value) < 1e-6)) {
    context.addIssue({ code: "custom", path: ["std"], message: "must not be zero" });
  }
  const isPlain = input.scale === 1 && input.mean.every((value) => value === 0) &&
    input.std.every((value) => value === 1);
  if (input.type === "uint8" && !isPlain) {
    const message = "must be float32 unless scale is 1, mean 0 and std 1: bytes are passed on unchanged";
    context.addIssue({ code: "custom", path: ["type"], message });
  }
});

export type Resize = Infer<typeof resizeSchema>;
export type PictureInput = Infer<typeof pictureInputSchema>;
