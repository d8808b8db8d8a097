import { byteCountSchema, digestSchema, type Infer, z } from "../schema.ts";

/** The name of a kind of host, such as `linux-x64`. */
export const targetSchema = z.string().regex(/^[a-z0-9]{1,16}-[a-z0-9]{1,16}$/);
export const programVersionSchema = z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/);

/** One executable of dml. Its bytes are the blob `digest`. */
export const programSchema = z.strictObject({
  version: programVersionSchema,
  target: targetSchema,
  digest: digestSchema,
  size: byteCountSchema,
});

/**
 * Master to node: an executable of dml for this kind of host. The node installs it if that is
 * allowed and it is newer.
 */
export const programOfferSchema = programSchema.extend({ type: z.literal("program.offer") });

export const PROGRAM_STATES = ["fetching", "restarting", "declined", "failed"] as const;

/**
 * Node to master: the state of the offered program. `declined` holds until the node connects again;
 * `failed` may be temporary.
 */
export const programStateSchema = z.strictObject({
  type: z.literal("program.state"),
  digest: digestSchema,
  state: z.enum(PROGRAM_STATES),
  reason: z.string().max(2_000).nullable(),
});

export type Program = Infer<typeof programSchema>;
export type ProgramOffer = Infer<typeof programOfferSchema>;
export type ProgramStateMessage = Infer<typeof programStateSchema>;
