/** Decisions of an admin about a node: let it in, put it out, or take that back. */
export const NODE_DECISIONS = ["approve", "remove", "restore"] as const;

/** One decision of an admin about a node. */
export type NodeDecision = typeof NODE_DECISIONS[number];
