import { LIMITS } from "../../protocol/kernel/limits.ts";
import { labelSchema } from "../../protocol/messages/finding.ts";
import { blobReferenceSchema } from "../../protocol/messages/task.ts";
import { type Infer, z } from "../../protocol/schema.ts";

/** What must be seen in a test image; what is absent may be anything. */
const expectationSchema = z.strictObject({
  /** The best class. */
  label: labelSchema.optional(),
  /** How many persons. */
  persons: z.number().int().min(0).max(LIMITS.personsMax).optional(),
  /** How many objects. */
  objects: z.number().int().min(0).max(LIMITS.objectsMax).optional(),
});

/** Pictures that a model must get right before it is trusted; they are kept and sent beside its model files. */
export const testsSchema = z.array(z.strictObject({
  image: blobReferenceSchema,
  expect: expectationSchema,
})).max(LIMITS.modelTestsMax);

export type Expectation = Infer<typeof expectationSchema>;
