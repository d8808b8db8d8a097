/** Commands that a master can send to a node. */
export const NODE_COMMAND_NAMES = [
  "drain",
  "resume",
  "shutdown",
  "status",
  "restart",
  "reload",
  "bench",
  "gc",
  "doctor",
] as const;

/**
 * Orders that an admin can give about a node: the commands, and `upgrade`, which the master carries
 * out by an offer of a newer program.
 */
export const NODE_ORDER_NAMES = [...NODE_COMMAND_NAMES, "upgrade"] as const;

/**
 * Time that each order may take longer than one that only drains a node: restarting, loading and
 * measuring every model, or fetching a program.
 */
export const NODE_ORDER_EXTRA_MS: Readonly<Record<NodeOrderName, number>> = {
  drain: 0,
  resume: 0,
  shutdown: 0,
  status: 0,
  restart: 120_000,
  reload: 570_000,
  bench: 570_000,
  gc: 30_000,
  doctor: 90_000,
  upgrade: 570_000,
};

export type NodeCommandName = (typeof NODE_COMMAND_NAMES)[number];
export type NodeOrderName = (typeof NODE_ORDER_NAMES)[number];
