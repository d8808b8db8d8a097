import { z } from "../../protocol/schema.ts";

/** What the process that matches measured; times are medians. */
export const galleryMeasuredSchema = z.strictObject({
  /** A face of somebody enrolled, one of a stranger, and either in the plain loop. */
  enrolledMs: z.number(),
  strangerMs: z.number(),
  plainMs: z.number(),
  loadMs: z.number(),
  /** Resident memory of the process with its workers idle, with the gallery open in each, and the most in between. */
  beforeBytes: z.number(),
  afterBytes: z.number(),
  peakBytes: z.number(),
});
