import { z } from "../../protocol/schema.ts";

/** Results of the process that matches; times are medians. */
export const galleryMeasuredSchema = z.strictObject({
  /**
   * Time to match a face of an enrolled person, one of a stranger, and either with the plain loop.
   */
  enrolledMs: z.number(),
  strangerMs: z.number(),
  plainMs: z.number(),
  loadMs: z.number(),
  /**
   * Resident memory of the process with its workers idle, with the gallery open in each, and at its
   * peak in between.
   */
  beforeBytes: z.number(),
  afterBytes: z.number(),
  peakBytes: z.number(),
});
