import { type Infer, z } from "../../protocol/schema.ts";
import { activationSchema, labelsSchema } from "./labels.ts";
import { pictureInputSchema, tensorNameSchema } from "./picture_input.ts";

const common = {
  input: pictureInputSchema,
  /** Lowest score of an object that is reported. */
  scoreMin: z.number().min(0).max(1),
  /**
   * Largest overlap of two boxes (intersection over union); beyond it the weaker box is dropped.
   */
  overlapMax: z.number().min(0).max(1),
  /** Boxes that compete with each other: only those of the same class, or all. */
  suppress: z.enum(["same_class", "any_class"]),
  labels: labelsSchema,
};

/** Encoding of a box in four numbers: two corners, two corners with y first, or centre and size. */
const form = z.enum(["xyxy", "yxyx", "cxcywh"]);
/** Unit of box coordinates: pixels of the input, or fractions (0..1) of its width and height. */
const unit = z.enum(["pixels", "normalised"]);
/** Activation that applies to each score on its own. */
const activation = activationSchema.exclude(["softmax"]);

/**
 * Parameters of the `detect` pipeline, which finds objects and their positions. `decode` names the
 * family of the model file's output.
 */
export const detectParametersSchema = z.discriminatedUnion("decode", [
  /**
   * `output` [1, N, 5 + C]: x and y of the centre in grid cells, relative to the cell; logarithms
   * of width and height in cells; objectness; one score per class. The grids of `strides` follow
   * one another, each row by row (https://github.com/Megvii-BaseDetection/YOLOX).
   */
  z.strictObject({
    decode: z.literal("yolox"),
    ...common,
    output: tensorNameSchema,
    strides: z.array(z.number().int().min(1).max(512)).min(1).max(8),
    activation,
  }),
  /**
   * `output` [1, N, 5 + C]: box, objectness, one score per class. The score of an object is the
   * product of the two (https://github.com/ultralytics/yolov5).
   */
  z.strictObject({ decode: z.literal("yolov5"), ...common, output: tensorNameSchema, form, unit, activation }),
  /**
   * `output` [1, 4 + C, N]: box, one score per class (https://github.com/ultralytics/ultralytics,
   * YOLOv8 and later).
   */
  z.strictObject({ decode: z.literal("yolov8"), ...common, output: tensorNameSchema, form, unit, activation }),
  /**
   * `boxes` [1, N, 4], already decoded; `scores` [1, N, C], or [1, N] together with `classes` [1,
   * N].
   */
  z.strictObject({
    decode: z.literal("ssd"),
    ...common,
    boxes: tensorNameSchema,
    scores: tensorNameSchema,
    /** Name of the output with the class of each box; null if `scores` has one score per class. */
    classes: tensorNameSchema.nullable(),
    /**
     * Index of the background class, which means that nothing is there; null if there is none. It
     * has an entry in `labels` too.
     */
    background: z.number().int().min(0).max(100_000).nullable(),
    /**
     * Number that `classes` uses for the first of `labels`: 0, or 1 if a background class precedes
     * them.
     */
    firstClass: z.number().int().min(0).max(1_000),
    form,
    unit,
    activation: activationSchema,
  }),
  /**
   * `scores` [1, N, 2]: background, then face. `boxes` [1, N, 4]: two corners in 0..1 of the input
   * (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB).
   */
  z.strictObject({ decode: z.literal("ultraface"), ...common, boxes: tensorNameSchema, scores: tensorNameSchema }),
]);

export type DetectParameters = Infer<typeof detectParametersSchema>;
/** Parameters of one family of outputs. */
export type DetectFamily<Decode extends DetectParameters["decode"]> = Extract<DetectParameters, { decode: Decode }>;
