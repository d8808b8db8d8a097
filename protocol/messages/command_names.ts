/** Commands that a master can send to a node. */
export const NODE_COMMAND_NAMES = ["drain", "resume", "shutdown"] as const;

export type NodeCommandName = (typeof NODE_COMMAND_NAMES)[number];
