import { LIMITS } from "../kernel/limits.ts";
import { writeAnswerSchema } from "../messages/files.ts";
import { idSchema, type Infer, z } from "../schema.ts";

/** Answer to a piece of files: what became of it on each node. */
export const filePiecesAnswerSchema = z.strictObject({
  nodes: z.array(writeAnswerSchema.extend({
    nodeId: idSchema,
    /** Reason why the node did not take the piece at all; `null` if it did. */
    error: z.strictObject({ code: z.string().max(64), reason: z.string().max(4_000), advice: z.string().max(1_000) })
      .nullable(),
  })).max(LIMITS.fileNodesMax),
});

export type FilePiecesAnswer = Infer<typeof filePiecesAnswerSchema>;
