import { z } from "../../protocol/schema.ts";
import { pictureInputSchema, tensorNameSchema } from "./picture_input.ts";

/** Parameters of the `embed` pipeline: a picture as a point among others. */
export const embedParametersSchema = z.strictObject({
  input: pictureInputSchema,
  /** The vector, whatever its shape. */
  output: tensorNameSchema,
  /** Whether to bring the vector to length one, so that the dot product of two is their cosine. */
  normalise: z.boolean(),
});
