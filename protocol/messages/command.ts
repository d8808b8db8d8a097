import { idSchema, type Infer, z } from "../schema.ts";

/** What a master may order a node to do. */
export const COMMAND_NAMES = ["drain", "resume", "shutdown"] as const;

/** Master to node: do this to yourself. */
export const commandRunSchema = z.strictObject({
  type: z.literal("command.run"),
  commandId: idSchema,
  command: z.enum(COMMAND_NAMES),
});

/** Node to master: done, or why not. */
export const commandDoneSchema = z.strictObject({
  type: z.literal("command.done"),
  commandId: idSchema,
  ok: z.boolean(),
  detail: z.string().max(2_000),
});

export type CommandName = (typeof COMMAND_NAMES)[number];
export type CommandRun = Infer<typeof commandRunSchema>;
export type CommandDone = Infer<typeof commandDoneSchema>;
