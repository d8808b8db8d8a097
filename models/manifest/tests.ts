import { LIMITS } from "../../protocol/kernel/limits.ts";
import { labelSchema } from "../../protocol/messages/finding.ts";
import { blobReferenceSchema } from "../../protocol/messages/task.ts";
import { type Infer, z } from "../../protocol/schema.ts";

/** Expected result for a test image; fields that are absent are not checked. */
const expectationSchema = z.strictObject({
  /** Label of the best class. */
  label: labelSchema.optional(),
  persons: z.number().int().min(0).max(LIMITS.personsMax).optional(),
  objects: z.number().int().min(0).max(LIMITS.objectsMax).optional(),
});

/**
 * Test images that a model must predict as expected before it is trusted. They are stored and sent
 * together with its model files.
 */
export const testsSchema = z.array(z.strictObject({
  image: blobReferenceSchema,
  expect: expectationSchema,
})).max(LIMITS.modelTestsMax);

export type Expectation = Infer<typeof expectationSchema>;
