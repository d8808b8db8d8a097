import { type Infer, z } from "../../protocol/schema.ts";

/** The longer side of a model file's input, in pixels. */
const SIDE_MAX = 4_096;

/** What an ONNX file calls one of its tensors. */
// deno-lint-ignore no-control-regex -- these are what it refuses
export const tensorNameSchema = z.string().min(1).max(256).regex(/^[^\x00-\x1f\x7f]+$/);

const side = z.number().int().min(1).max(SIDE_MAX);
const channelNumbers = z.array(z.number().min(-1e6).max(1e6)).min(1).max(3);

/** How the picture gets into the shape of the input. */
const resizeSchema = z.discriminatedUnion("mode", [
  /** Whole and undistorted, as large as it goes; the rest has one colour. */
  z.strictObject({
    mode: z.literal("letterbox"),
    /** R, G, B of the rest, 0..255. */
    colour: z.array(z.number().int().min(0).max(255)).length(3),
    place: z.enum(["centre", "top_left"]),
  }),
  /** Whole, distorted to the shape of the input. */
  z.strictObject({ mode: z.literal("stretch") }),
  /** Undistorted; what sticks out on two sides is cut off. */
  z.strictObject({
    mode: z.literal("crop"),
    /** Of the largest part that fits, how much is looked at, from its middle: 0.875 is 224 of 256 pixels. */
    share: z.number().min(0.1).max(1),
  }),
]);

/** The input of a model file that looks at a picture. Each number is `(sample * scale - mean[c]) / std[c]`, samples 0..255. */
export const pictureInputSchema = z.strictObject({
  tensor: tensorNameSchema,
  width: side,
  height: side,
  /** Channels first (all of one channel, then the next) or last (all of one pixel, then the next); the batch is one. */
  layout: z.enum(["NCHW", "NHWC"]),
  channels: z.enum(["RGB", "BGR", "grey"]),
  type: z.enum(["float32", "uint8"]),
  resize: resizeSchema,
  scale: z.number().min(1e-6).max(1e6),
  /** One a channel, in the tensor's order of channels, or one for all. */
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
    const message = "must be uint8 with scale 1, mean 0 and std 1 only: bytes are given as they are";
    context.addIssue({ code: "custom", path: ["type"], message });
  }
});

export type Resize = Infer<typeof resizeSchema>;
export type PictureInput = Infer<typeof pictureInputSchema>;
