import { LIMITS } from "../../protocol/kernel/limits.ts";
import { type Infer, z } from "../../protocol/schema.ts";
import { activationSchema, labelsSchema } from "./labels.ts";
import { pictureInputSchema, tensorNameSchema } from "./picture_input.ts";

/** Parameters of the `classify` pipeline, which classifies a picture as a whole. */
export const classifyParametersSchema = z.strictObject({
  input: pictureInputSchema,
  /** Name of the output with one score per class, of any shape. */
  output: tensorNameSchema,
  activation: activationSchema,
  /** Largest number of classes that are reported, best first. */
  topK: z.number().int().min(1).max(LIMITS.labelsReportedMax),
  /** Lowest score of a class that is reported. */
  scoreMin: z.number().min(-1e6).max(1e6),
  labels: labelsSchema,
});

export type ClassifyParameters = Infer<typeof classifyParametersSchema>;
