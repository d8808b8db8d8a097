import { z } from "../../protocol/schema.ts";
import { pictureInputSchema, tensorNameSchema } from "./picture_input.ts";

/** Parameters of the `embed` pipeline, which converts a picture to an embedding. */
export const embedParametersSchema = z.strictObject({
  input: pictureInputSchema,
  /** Name of the output with the vector, of any shape. */
  output: tensorNameSchema,
  /**
   * True to scale the vector to length one, so that the dot product of two vectors is their cosine
   * similarity.
   */
  normalise: z.boolean(),
});
