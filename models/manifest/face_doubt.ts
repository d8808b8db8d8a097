import { type Infer, z } from "../../protocol/schema.ts";

/** Count of the numbers of a face that are weighed besides its embedding. */
export const DOUBT_NUMBERS = 10;

const weight = z.number().min(-1e3).max(1e3);
const probability = z.number().min(0).max(1);

/**
 * Classifier that tells human faces from those of animals, statues and drawings: a logistic
 * regression on numbers that the pipeline has anyway.
 */
export const faceDoubtSchema = z.strictObject({
  /** A face lower than this, in pixels of the first look's input, is not doubted. */
  heightMin: z.number().min(1).max(1_024),
  bias: weight,
  /** Weights of the numbers of the detector and of the five points, in the order of dml. */
  numbers: z.array(weight).length(DOUBT_NUMBERS),
  /** Weights of the components of the embedding as the model file returns it. */
  embedding: z.array(weight).min(1).max(1_024),
  /** A face with a lower probability of being a human one is marked as doubtful. */
  doubtfulBelow: probability,
  /** A face with a lower probability is left out unless a request wants to keep it. */
  omittedBelow: probability,
}).refine(
  ({ doubtfulBelow, omittedBelow }) => omittedBelow <= doubtfulBelow,
  "omittedBelow must not be above doubtfulBelow",
);

export type FaceDoubtParameters = Infer<typeof faceDoubtSchema>;
