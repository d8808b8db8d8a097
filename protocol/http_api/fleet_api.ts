import { LIMITS } from "../kernel/limits.ts";
import { LABEL_KEY_PATTERN } from "../kernel/labels.ts";
import { parseNodeRequirement, REQUIREMENT_FORMS } from "../kernel/node_requirement.ts";
import { labelSchema } from "../messages/label.ts";
import { idSchema, type Infer, modelNameSchema, z } from "../schema.ts";

const labels = z.array(labelSchema).max(LIMITS.nodeLabelsMax);

/** Body of `PUT /v1/nodes/{id}/labels`: labels to set, and keys of labels to remove. */
export const labelChangeSchema = z.strictObject({
  set: labels,
  remove: z.array(z.string().regex(LABEL_KEY_PATTERN)).max(LIMITS.nodeLabelsMax),
});

/** Body of `PUT /v1/models/{name}/labels`: labels of the nodes that get the model; none for all. */
export const modelLabelsSchema = z.strictObject({ labels });

/** Nodes that a requirement is about: all, those with a label, or one. */
export const requirementTargetSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("all") }),
  z.strictObject({ kind: z.literal("label"), label: labelSchema }),
  z.strictObject({ kind: z.literal("node"), nodeId: idSchema }),
]);

/** A requirement in words, such as `faces@2` or `memory=4GiB`. */
export const requirementTextSchema = z.string().max(96)
  .refine((text) => parseNodeRequirement(text) !== null, `must be ${REQUIREMENT_FORMS}`);

/** Body of `PUT /v1/requirements`. */
export const requirementChangeSchema = z.strictObject({
  target: requirementTargetSchema,
  requirement: requirementTextSchema,
  /** False to drop the requirement. */
  isRequired: z.boolean(),
});

/** Answer of a change of labels or requirements: a sentence for people. */
export const fleetAnswerSchema = z.strictObject({ detail: z.string().max(4_000) });

/**
 * Compliance of one node with one requirement. `converging`: the node is on its way, without any
 * further action. `unknown`: the node is not connected or does not report it.
 */
const complianceSchema = z.strictObject({
  nodeId: idSchema,
  name: z.string().max(100),
  state: z.enum(["met", "converging", "unmet", "unknown"]),
  /** Reason why it is not met; `null` if it is. */
  reason: z.string().max(4_000).nullable(),
});

/** Answer of `GET /v1/requirements`. */
export const requirementsListingSchema = z.strictObject({
  requirements: z.array(z.strictObject({
    target: requirementTargetSchema,
    requirement: requirementTextSchema,
    sinceMs: z.number().int().min(0),
    nodes: z.array(complianceSchema),
  })).max(LIMITS.requirementsMax),
  bindings: z.array(z.strictObject({ model: modelNameSchema, labels })),
});

/**
 * Place of a model on one node: `null` as the obstacle if the node can take a picture now, else the
 * reason why not.
 */
export const placementSchema = z.strictObject({
  nodeId: idSchema,
  name: z.string().max(100),
  obstacle: z.enum([
    "offline",
    "suspect",
    "draining",
    "unoffered",
    "loading",
    "failed",
    "unsuitable",
    "gallery_missing",
    "full",
  ]).nullable(),
  reason: z.string().max(4_000).nullable(),
});

export type LabelChange = Infer<typeof labelChangeSchema>;
export type RequirementTarget = Infer<typeof requirementTargetSchema>;
export type RequirementChange = Infer<typeof requirementChangeSchema>;
export type Compliance = Infer<typeof complianceSchema>;
export type RequirementsListing = Infer<typeof requirementsListingSchema>;
export type Placement = Infer<typeof placementSchema>;
