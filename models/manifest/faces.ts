import { type Infer, z } from "../../protocol/schema.ts";
import { faceDoubtSchema } from "./face_doubt.ts";
import { faceDetectorSchema, faceEmbedderSchema, facePointsSchema } from "./face_files.ts";

/** Inputs of the detector are at most this long and wide, in pixels. */
const INPUT_SIDE_MAX = 1_024;

const inputSide = z.number().int().min(64).max(INPUT_SIDE_MAX);

/**
 * Plan of the looks at all of a picture at a large scale, which are taken only if a request says
 * that its faces are small.
 */
const searchEverywhereSchema = z.strictObject({
  /** Longest side of the inputs, in pixels: a multiple of the largest stride. */
  inputSideMax: inputSide.multipleOf(64),
  /** Largest scale; a picture that takes too many looks at it is looked at at a smaller one. */
  scaleMax: z.number().min(0.1).max(4),
  /** Lowest score of a face that only these looks find: most of what they see is no face. */
  scoreMin: z.number().min(0).max(1),
});

/**
 * Plan of the search for faces of all sizes. The picture is first looked at in a small input, then
 * again in larger ones wherever a face may be that is too small to be found surely.
 */
const faceSearchSchema = z.strictObject({
  /** Input of the first look, in pixels. */
  coarse: z.strictObject({ width: inputSide, height: inputSide }),
  /**
   * Longer side of the inputs of all further looks, in pixels: a multiple of the largest stride.
   */
  fineSide: inputSide.multipleOf(64),
  /** A face lower than this, in pixels of the first input, is looked at again. */
  smallHeight: z.number().min(1).max(INPUT_SIDE_MAX),
  /** A face lower than this, in pixels of a further input, is looked at once more. */
  smallHeightFine: z.number().min(1).max(INPUT_SIDE_MAX),
  /** Lowest score of a small face that is looked at again. */
  candidateScoreMin: z.number().min(0).max(1),
  /** Faces lower than this, in pixels of the input, get low scores even if they are real. */
  faintHeight: z.number().min(1).max(INPUT_SIDE_MAX),
  /** Lowest score of such a face that is looked at again. */
  faintScoreMin: z.number().min(0).max(1),
  /** A picture whose sides have a larger ratio is looked at in tiles of this ratio. */
  sideRatioMax: z.number().min(1).max(16),
  /** Absent if small faces are looked for only where the first look shows traces of them. */
  everywhere: searchEverywhereSchema.optional(),
});

/** Parameters of the `faces` pipeline. */
export const facesParametersSchema = z.strictObject({
  /** Lowest score of a face that is reported. */
  scoreMin: z.number().min(0).max(1),
  /**
   * Largest overlap of two boxes (intersection over union); beyond it the weaker box is dropped.
   */
  overlapMax: z.number().min(0).max(1),
  /**
   * Absent if the detector takes only pictures of 320x240 and decodes the boxes itself (`boxes`
   * instead of `regressions`): the picture is then looked at once.
   */
  search: faceSearchSchema.optional(),
  /** Detector; absent for the family `ultraface`. */
  detector: faceDetectorSchema.optional(),
  /** Source of the five points; absent for `landmarks` if the model has that model file. */
  points: facePointsSchema.optional(),
  /** Embedder; absent for one like the built-in model's. */
  embedder: faceEmbedderSchema.optional(),
  /** Classifier of false faces; if it is absent, no face is doubted. */
  doubt: faceDoubtSchema.optional(),
});

export type FacesParameters = Infer<typeof facesParametersSchema>;
export type FaceSearchParameters = Infer<typeof faceSearchSchema>;
