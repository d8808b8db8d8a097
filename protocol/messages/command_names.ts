/** What a master may order a node to do. */
export const COMMAND_NAMES = ["drain", "resume", "shutdown"] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];
