import { LIMITS } from "../../protocol/kernel/limits.ts";
import { labelSchema } from "../../protocol/messages/finding.ts";
import { z } from "../../protocol/schema.ts";

/**
 * What the classes of a model file are called, in its order. None at all is allowed: a class is then called by its index.
 * They stand in the manifest itself, so that one document says all of a model, and its digest vouches for them.
 */
export const labelsSchema = z.array(labelSchema).max(LIMITS.labelsMax);

/** What the scores of a model file go through to become probabilities. */
export const activationSchema = z.enum(["none", "sigmoid", "softmax"]);
