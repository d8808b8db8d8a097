import { LIMITS } from "../../protocol/kernel/limits.ts";
import { type Infer, z } from "../../protocol/schema.ts";
import { activationSchema, labelsSchema } from "./labels.ts";
import { pictureInputSchema, tensorNameSchema } from "./picture_input.ts";

/** Parameters of the `classify` pipeline: what a picture shows, as a whole. */
export const classifyParametersSchema = z.strictObject({
  input: pictureInputSchema,
  /** One score a class, whatever its shape. */
  output: tensorNameSchema,
  activation: activationSchema,
  /** The best this many are reported. */
  topK: z.number().int().min(1).max(LIMITS.labelsReportedMax),
  /** Classes below are not reported. */
  scoreMin: z.number().min(-1e6).max(1e6),
  labels: labelsSchema,
});

export type ClassifyParameters = Infer<typeof classifyParametersSchema>;
