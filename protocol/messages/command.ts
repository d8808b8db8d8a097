import { idSchema, type Infer, z } from "../schema.ts";
import { NODE_COMMAND_NAMES } from "./command_names.ts";

export { NODE_COMMAND_NAMES, NODE_ORDER_NAMES, type NodeCommandName, type NodeOrderName } from "./command_names.ts";

/** Master to node: carry out this command. */
export const commandRunSchema = z.strictObject({
  type: z.literal("command.run"),
  commandId: idSchema,
  command: z.enum(NODE_COMMAND_NAMES),
});

/** Node to master: the outcome of a command, with `detail` for people. */
export const commandDoneSchema = z.strictObject({
  type: z.literal("command.done"),
  commandId: idSchema,
  ok: z.boolean(),
  detail: z.string().max(2_000),
});

export type CommandRun = Infer<typeof commandRunSchema>;
export type CommandDone = Infer<typeof commandDoneSchema>;
