/**
 * The JSON of a request to infer, in the Open Inference Protocol V2 with the extensions of Triton:
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { TENSORS_MAX } from "../../../../protocol/messages/finding.ts";
import { byteCountSchema, type Infer, z } from "../../../../protocol/schema.ts";
import { DATATYPES } from "./datatypes.ts";

const name = z.string().min(1).max(256);
const NAME_CHARACTERS_MAX = 64;
const TEXT_CHARACTERS_MAX = 1_000;

/** Parameters of which dml knows nothing; the protocol wants them ignored. */
const others = z.union([z.string().max(TEXT_CHARACTERS_MAX), z.number(), z.boolean(), z.null()]);
const othersByName = z.record(z.string().max(NAME_CHARACTERS_MAX), others);

const inputSchema = z.strictObject({
  name,
  shape: z.array(z.number().int().min(0).max(0x7fff_ffff)).max(8),
  datatype: z.enum(DATATYPES),
  parameters: z.object({ binary_data_size: byteCountSchema.optional() }).catchall(others).optional(),
  /** Elements, nested or not. Absent if they follow as bytes. */
  data: z.array(z.unknown()).max(LIMITS.tensorJsonBytesMax / 2).optional(),
});

const outputSchema = z.strictObject({
  name,
  parameters: z.object({
    binary_data: z.boolean().optional(),
    /** Number of classes, the best ones, that are wanted in place of the tensor. */
    classification: z.number().int().min(0).max(LIMITS.labelsReportedMax).optional(),
  }).catchall(others).optional(),
});

export const inferRequestSchema = z.strictObject({
  id: z.string().max(TEXT_CHARACTERS_MAX).optional(),
  parameters: z.object({
    binary_data_output: z.boolean().optional(),
    /** Gallery in which a model of faces looks for people; `none` for no gallery. */
    gallery: z.string().max(TEXT_CHARACTERS_MAX).optional(),
  }).catchall(others).optional(),
  inputs: z.array(inputSchema).max(TENSORS_MAX).default([]),
  outputs: z.array(outputSchema).max(TENSORS_MAX).optional(),
});

/** Body of the requests to load and to unload a model. */
export const repositoryRequestSchema = z.strictObject({
  parameters: othersByName.optional(),
});

export type InferMessage = Infer<typeof inferRequestSchema>;
export type InputMessage = InferMessage["inputs"][number];
