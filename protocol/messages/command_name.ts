/** What a master may order a node to do. Apart from the messages: a command line is understood without their schemas. */
export const COMMAND_NAMES = ["drain", "resume", "shutdown"] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];
