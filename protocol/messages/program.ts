import { byteCountSchema, digestSchema, type Infer, z } from "../schema.ts";

/** As people name a kind of host: `linux-x64`. */
export const targetSchema = z.string().regex(/^[a-z0-9]{1,16}-[a-z0-9]{1,16}$/);
export const programVersionSchema = z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/);

/** One executable of dml: what it is, and its bytes by name. */
export const programSchema = z.strictObject({
  version: programVersionSchema,
  target: targetSchema,
  digest: digestSchema,
  size: byteCountSchema,
});

/** Master to node: this is dml for your kind of host; take it when you may and it is newer. */
export const programOfferSchema = programSchema.extend({ type: z.literal("program.offer") });

export const PROGRAM_STATES = ["fetching", "restarting", "declined", "failed"] as const;

/** Node to master: what becomes of what it was offered. `declined` stands until the node comes anew, `failed` may pass. */
export const programStateSchema = z.strictObject({
  type: z.literal("program.state"),
  digest: digestSchema,
  state: z.enum(PROGRAM_STATES),
  reason: z.string().max(2_000).nullable(),
});

export type Program = Infer<typeof programSchema>;
export type ProgramOffer = Infer<typeof programOfferSchema>;
export type ProgramStateMessage = Infer<typeof programStateSchema>;
