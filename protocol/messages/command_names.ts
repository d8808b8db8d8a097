/** What a master may order a node to do. */
export const NODE_COMMAND_NAMES = ["drain", "resume", "shutdown"] as const;

export type NodeCommandName = (typeof NODE_COMMAND_NAMES)[number];
