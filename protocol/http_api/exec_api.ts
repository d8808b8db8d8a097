import {
  EXEC_ENDS,
  execEndSchema,
  execPieceSchema,
  execTimeoutSchema,
  programArgumentsSchema,
  programNameSchema,
} from "../messages/exec.ts";
import { type Infer, z } from "../schema.ts";

/** Media type of the answer: one JSON object a line. Empty lines keep the connection alive. */
export const EXEC_MEDIA_TYPE = "application/x-ndjson";

/** Body of `POST /v1/nodes/{id}/exec`. */
export const execRequestSchema = z.strictObject({
  program: programNameSchema,
  arguments: programArgumentsSchema,
  timeoutMs: execTimeoutSchema,
});

/** One line of the answer; the last one is `ended`. `lost`: the node went away in the middle. */
export const execEventSchema = z.discriminatedUnion("type", [
  execPieceSchema.extend({ type: z.literal("output") }),
  execEndSchema.extend({ type: z.literal("ended"), end: z.enum([...EXEC_ENDS, "lost"]) }),
]);

export type ExecRequest = Infer<typeof execRequestSchema>;
export type ExecEvent = Infer<typeof execEventSchema>;
export type ExecOutcome = Omit<Extract<ExecEvent, { type: "ended" }>, "type">;
