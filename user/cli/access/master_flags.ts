import type { FlagName } from "../flags.ts";

/** Flags of every verb that asks a master. */
export const MASTER_FLAGS = ["master", "token", "token-file", "context"] as const satisfies readonly FlagName[];
