import { byteCountSchema, type Infer, z } from "../schema.ts";

const count = z.number().int().min(0).max(1_000_000);

/** Node to master: how it stands; the heartbeat, and at once when it changes. */
export const availabilitySchema = z.strictObject({
  type: z.literal("availability"),
  /** Workers that could run something now. */
  freeSlots: count,
  /** Attempts on a worker. */
  running: count,
  /** Attempts that wait for a worker or for their image. */
  queued: count,
  /** Takes no new work; what it has, it finishes. */
  draining: z.boolean(),
  memoryFreeBytes: byteCountSchema,
  /** Of the host, over one minute. */
  load: z.number().min(0).max(100_000),
});

/** Master to node: I am here. */
export const pingSchema = z.strictObject({ type: z.literal("ping") });

/** Either way: I am leaving, and why; the other side reconnects or forgets, as it sees fit. */
export const goodbyeSchema = z.strictObject({
  type: z.literal("goodbye"),
  code: z.string().max(64),
  reason: z.string().max(2_000),
});

export type Availability = Infer<typeof availabilitySchema>;
export type Goodbye = Infer<typeof goodbyeSchema>;
