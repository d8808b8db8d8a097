import { type Infer, z } from "../../protocol/schema.ts";
import { tensorNameSchema } from "./picture_input.ts";

/**
 * Least common multiple of the strides 8, 16 and 32 of a detector's grids, which the sides of its
 * input must be multiples of, in pixels.
 */
export const GRID_SIDE = 32;
const inputSide = z.number().int().min(GRID_SIDE).max(4_096).multipleOf(GRID_SIDE);

/**
 * Size of a face detector's input. The picture lies in its upper left corner; the rest is black.
 */
const detectorInputSchema = z.discriminatedUnion("size", [
  /** Every picture is scaled to the largest size that fits into `width` x `height`. */
  z.strictObject({ size: z.literal("fixed"), width: inputSide, height: inputSide }),
  /**
   * The input has the shape of the picture, whose longer side is reduced to `sideMax` if it is
   * longer. The model file must take any size.
   */
  z.strictObject({ size: z.literal("dynamic"), sideMax: inputSide }),
], { error: "must have the `size` fixed or dynamic" });

/** Face detector: its family fixes how the samples are normalised and how the outputs are read. */
export const faceDetectorSchema = z.discriminatedUnion("family", [
  /**
   * The detector of the built-in model
   * (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB).
   */
  z.strictObject({ family: z.literal("ultraface") }),
  /** https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet */
  z.strictObject({ family: z.literal("yunet"), input: detectorInputSchema }),
  /** https://github.com/deepinsight/insightface/tree/master/detection/scrfd */
  z.strictObject({ family: z.literal("scrfd"), input: detectorInputSchema }),
  /**
   * https://github.com/biubug6/Pytorch_Retinaface, with the backbone MobileNet 0.25 or ResNet-50.
   */
  z.strictObject({ family: z.literal("retinaface"), input: detectorInputSchema }),
], { error: "must have the `family` ultraface, yunet, scrfd or retinaface" });

/**
 * Source of the five points of a face: the model file `landmarks`, or the detector, which then has
 * to return them.
 */
export const facePointsSchema = z.enum(["landmarks", "detector"]);

const coordinate = z.number().min(-1_024).max(1_024);
const similarity = z.number().min(-1).max(1);

const TEMPLATE_ERROR = "must be arcface, or five points [x, y] that are not all the same";
/**
 * Positions that the embedder expects of the five points: left eye, right eye, nose, left and right
 * mouth corner, as seen in the picture.
 */
const templateSchema = z.union([
  /** The positions of ArcFace, which are defined for 112x112 and scaled to any other side. */
  z.literal("arcface"),
  /** Coordinates x and y, in pixels of the input. */
  z.array(z.array(coordinate).length(2)).length(5)
    .refine((points) => points.some(([x, y]) => x !== points[0][0] || y !== points[0][1]), TEMPLATE_ERROR),
], { error: TEMPLATE_ERROR });

/**
 * Cosine similarities that suit an embedder: from `known` on two faces are of one person, below
 * `unknown` they are not (see `models/gallery/gallery_index.ts`). They are in force whatever the
 * size of a gallery, unless somebody sets others.
 */
export const embedderThresholdsSchema = z.strictObject({
  known: similarity,
  unknown: similarity,
  /** Absent for the default. */
  marginMin: z.number().min(0).max(2).optional(),
}).refine(({ known, unknown }) => unknown <= known, "unknown must not be above known");

/** Face embedder: the form of its input, and the similarities that its embeddings have. */
export const faceEmbedderSchema = z.strictObject({
  template: templateSchema,
  /** Side of the square input, in pixels. */
  side: z.number().int().min(16).max(512),
  channels: z.enum(["RGB", "BGR"]),
  /** Each number of the input is `(sample - mean) / std`, with samples of 0..255. */
  mean: z.number().min(0).max(255),
  std: z.number().min(1e-3).max(1e3),
  /** Name of the output with the embedding; it may be absent if the model file has only one. */
  output: tensorNameSchema.optional(),
  /** Absent for the default thresholds, which rise with the number of enrolled faces. */
  thresholds: embedderThresholdsSchema.optional(),
});

export type DetectorInput = Infer<typeof detectorInputSchema>;
export type FaceDetectorParameters = Infer<typeof faceDetectorSchema>;
export type EmbedderThresholds = Infer<typeof embedderThresholdsSchema>;
export type FaceEmbedderParameters = Infer<typeof faceEmbedderSchema>;
