import { z } from "../schema.ts";

/** A request for a backup, encrypted and sealed with a key that the client made. */
export const backupRequestSchema = z.strictObject({ key: z.string().max(128) });
