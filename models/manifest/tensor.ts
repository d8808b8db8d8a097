import { type Infer, z } from "../../protocol/schema.ts";
import { TENSOR_TYPES } from "../../protocol/messages/finding.ts";
import { pictureInputSchema, tensorNameSchema } from "./picture_input.ts";

const TENSORS_MAX = 16;

/** One input of a model file as it is given. */
const rawInputSchema = z.strictObject({
  tensor: tensorNameSchema,
  type: z.enum(TENSOR_TYPES),
  /** -1 for a length that each request says; a request without a header of its own can leave one of all open. */
  dims: z.array(z.number().int().min(-1).max(0x7fff_ffff).refine((dim) => dim !== 0, "must not be 0")).max(8),
});

/** Parameters of the `tensor` pipeline: raw tensors in, raw tensors out. */
export const tensorParametersSchema = z.strictObject({
  /** How a picture becomes the only input; null when the model file is given tensors only. */
  picture: pictureInputSchema.nullable(),
  /** The inputs, in the order in which a request holds them. */
  inputs: z.array(rawInputSchema).min(1).max(TENSORS_MAX),
  /** What is answered, in this order; none means all that the model file has. */
  outputs: z.array(tensorNameSchema).max(TENSORS_MAX),
}).superRefine(({ picture, inputs }, context) => {
  if (new Set(inputs.map(({ tensor }) => tensor)).size < inputs.length) {
    context.addIssue({ code: "custom", path: ["inputs"], message: "must not name a tensor twice" });
  }
  if (picture === null || (inputs.length === 1 && inputs[0].tensor === picture.tensor)) return;
  context.addIssue({ code: "custom", path: ["picture"], message: "must be for the only one of the inputs" });
});

export type RawInput = Infer<typeof rawInputSchema>;
export type TensorParameters = Infer<typeof tensorParametersSchema>;
