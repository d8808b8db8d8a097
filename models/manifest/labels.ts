import { LIMITS } from "../../protocol/kernel/limits.ts";
import { labelSchema } from "../../protocol/messages/finding.ts";
import { z } from "../../protocol/schema.ts";

/**
 * Names of the model file's classes, in its order. The list may be empty: classes are then named by
 * their index. Labels are part of the manifest, so that one document describes the whole model and
 * its digest covers them.
 */
export const labelsSchema = z.array(labelSchema).max(LIMITS.labelsMax);

/** Function that turns the scores of a model file into probabilities. */
export const activationSchema = z.enum(["none", "sigmoid", "softmax"]);
