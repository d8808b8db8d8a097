import { type Infer, z } from "../../protocol/schema.ts";
import { activationSchema, labelsSchema } from "./labels.ts";
import { pictureInputSchema, tensorNameSchema } from "./picture_input.ts";

const common = {
  input: pictureInputSchema,
  /** Objects below are not reported. */
  scoreMin: z.number().min(0).max(1),
  /** Of two boxes that overlap by more, the weaker is dropped (intersection over union). */
  overlapMax: z.number().min(0).max(1),
  /** Whether only boxes of the same class are compared, or all. */
  suppress: z.enum(["same_class", "any_class"]),
  labels: labelsSchema,
};

/** How four numbers say a box: two corners, the same with y first, or centre and size. */
const form = z.enum(["xyxy", "yxyx", "cxcywh"]);
/** Of the input: its pixels, or 0..1 of its width and height. */
const unit = z.enum(["pixels", "normalised"]);
/** Of each score by itself. */
const activation = activationSchema.exclude(["softmax"]);

/** Parameters of the `detect` pipeline: which objects are where. `decode` names the family of the model file's output. */
export const detectParametersSchema = z.discriminatedUnion("decode", [
  /**
   * `output` [1, N, 5 + C]: x, y of the centre in grid cells from its cell, log of width and height in cells, objectness, a
   * score a class; the grids of `strides` one after the other, rows first (https://github.com/Megvii-BaseDetection/YOLOX).
   */
  z.strictObject({
    decode: z.literal("yolox"),
    ...common,
    output: tensorNameSchema,
    strides: z.array(z.number().int().min(1).max(512)).min(1).max(8),
    activation,
  }),
  /** `output` [1, N, 5 + C]: box, objectness, a score a class; the score is the product (https://github.com/ultralytics/yolov5). */
  z.strictObject({ decode: z.literal("yolov5"), ...common, output: tensorNameSchema, form, unit, activation }),
  /** `output` [1, 4 + C, N]: box, a score a class (https://github.com/ultralytics/ultralytics, YOLOv8 and later). */
  z.strictObject({ decode: z.literal("yolov8"), ...common, output: tensorNameSchema, form, unit, activation }),
  /** `boxes` [1, N, 4], decoded; `scores` [1, N, C], or [1, N] beside `classes` [1, N]. */
  z.strictObject({
    decode: z.literal("ssd"),
    ...common,
    boxes: tensorNameSchema,
    scores: tensorNameSchema,
    /** Which class a box is of; null when `scores` has one score a class. */
    classes: tensorNameSchema.nullable(),
    /** The class that means nothing is there, null for none; it has a place in `labels` too. */
    background: z.number().int().min(0).max(100_000).nullable(),
    /** What `classes` calls the first of `labels`: 0, or 1 where a background comes before them. */
    firstClass: z.number().int().min(0).max(1_000),
    form,
    unit,
    activation: activationSchema,
  }),
  /**
   * `scores` [1, N, 2]: background, then face; `boxes` [1, N, 4]: corners, 0..1
   * (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB).
   */
  z.strictObject({ decode: z.literal("ultraface"), ...common, boxes: tensorNameSchema, scores: tensorNameSchema }),
]);

export type DetectParameters = Infer<typeof detectParametersSchema>;
/** Those of one family. */
export type DetectFamily<Decode extends DetectParameters["decode"]> = Extract<DetectParameters, { decode: Decode }>;
