import { type Infer, z } from "../schema.ts";

export type { NodeDecision } from "../messages/node_decision_names.ts";

/** Answer of the routes that carry out a decision. */
export const nodeDecisionAnswerSchema = z.strictObject({
  /** The outcome, for people. */
  detail: z.string().max(2_000),
});

export type NodeDecisionAnswer = Infer<typeof nodeDecisionAnswerSchema>;
