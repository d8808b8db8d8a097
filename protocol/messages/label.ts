import { LABEL_PATTERN } from "../kernel/labels.ts";
import { LIMITS } from "../kernel/limits.ts";
import { z } from "../schema.ts";

/** One label of a node. */
export const labelSchema = z.string().regex(LABEL_PATTERN, "must be a label like gpu or room=attic");

/** The labels of a node. */
export const labelsSchema = z.array(labelSchema).max(LIMITS.nodeLabelsMax);
