import { type Infer, z } from "../../protocol/schema.ts";
import { TENSOR_TYPES, TENSORS_MAX } from "../../protocol/messages/finding.ts";
import { pictureInputSchema, tensorNameSchema } from "./picture_input.ts";

/** One input of a model file, passed to it unchanged. */
const rawInputSchema = z.strictObject({
  tensor: tensorNameSchema,
  type: z.enum(TENSOR_TYPES),
  /**
   * Shape of the tensor; -1 marks a length that varies with the request. If a request has no header
   * that gives its shape, only one length of all inputs may be open.
   */
  dims: z.array(z.number().int().min(-1).max(0x7fff_ffff).refine((dim) => dim !== 0, "must not be 0")).max(8),
});

/** Parameters of the `tensor` pipeline, which takes raw tensors and returns raw tensors. */
export const tensorParametersSchema = z.strictObject({
  /** Conversion of a picture to the only input; null if the model file takes tensors only. */
  picture: pictureInputSchema.nullable(),
  /** Inputs, in the order in which a request holds them; none if the model file takes none. */
  inputs: z.array(rawInputSchema).max(TENSORS_MAX),
  /**
   * Names of the outputs to return, in this order; an empty list stands for all outputs of the
   * model file.
   */
  outputs: z.array(tensorNameSchema).max(TENSORS_MAX),
}).superRefine(({ picture, inputs }, context) => {
  if (new Set(inputs.map(({ tensor }) => tensor)).size < inputs.length) {
    context.addIssue({ code: "custom", path: ["inputs"], message: "must not name a tensor twice" });
  }
  if (picture === null || (inputs.length === 1 && inputs[0].tensor === picture.tensor)) return;
  context.addIssue({ code: "custom", path: ["picture"], message: "must name the tensor of the only input" });
});

export type RawInput = Infer<typeof rawInputSchema>;
export type TensorParameters = Infer<typeof tensorParametersSchema>;
