import { byteCountSchema, type Infer, z } from "../schema.ts";

const count = z.number().int().min(0).max(1_000_000);

/** Node to master: the state of the node. Sent as a heartbeat, and at once after a change. */
export const availabilitySchema = z.strictObject({
  type: z.literal("availability"),
  /** Workers that could start a task now. */
  freeSlots: count,
  /** Attempts that run on a worker. */
  running: count,
  /** Attempts that wait for a worker or for their image. */
  queued: count,
  /** True if the node takes no new work and only finishes what it has. */
  draining: z.boolean(),
  memoryFreeBytes: byteCountSchema,
  /** Free space on the disk of the data directory; absent if the node does not know it. */
  diskFreeBytes: byteCountSchema.optional(),
  /** Load average of the host over one minute. */
  load: z.number().min(0).max(100_000),
});

/** Master to node: the heartbeat of the master. */
export const pingSchema = z.strictObject({ type: z.literal("ping") });

/**
 * Either direction: the sender leaves, with the reason. The other side reconnects or forgets it.
 */
export const goodbyeSchema = z.strictObject({
  type: z.literal("goodbye"),
  code: z.string().max(64),
  reason: z.string().max(2_000),
});

export type Availability = Infer<typeof availabilitySchema>;
export type Goodbye = Infer<typeof goodbyeSchema>;
