import { LIMITS } from "../kernel/limits.ts";
import { idSchema, type Infer, z } from "../schema.ts";

const count = z.number().int().min(0);
const durationMs = z.number().min(0);
const name = z.string().max(100);

/** States of nodes, in the order in which they are told. */
export const NODE_STATES = ["ready", "suspect", "draining", "offline", "waiting", "removed"] as const;

const attentionSchema = z.union([
  z.strictObject({ kind: z.enum(["node_offline", "node_suspect"]), node: name, nodeId: idSchema, sinceMs: durationMs }),
  z.strictObject({ kind: z.enum(["node_waiting", "node_draining"]), node: name, nodeId: idSchema }),
  z.strictObject({ kind: z.literal("node_outdated"), node: name, nodeId: idSchema, version: z.string().max(100) }),
  z.strictObject({ kind: z.literal("no_node") }),
]);

/** Answer of `GET /v1/status`. Times without another word are in milliseconds. */
export const statusSchema = z.strictObject({
  version: z.string().max(100),
  upMs: durationMs,
  galleries: count,
  people: count,
  nodes: z.record(z.enum(NODE_STATES), count),
  workers: count,
  workersBusy: count,
  /** `name@version` of each model that a node is ready for. */
  models: z.array(z.string().max(200)).max(LIMITS.nodesMax),
  pictures: z.strictObject({
    /** Answered since the start of the master, refusals included. */
    answered: count,
    /** Refused since then, by code. */
    failed: z.record(z.string().max(100), count),
    /** Answered in the last minute, a second. */
    perSecond: z.number().min(0),
    waiting: count,
    oldestWaitMs: durationMs,
    running: count,
  }),
  /** Medians and the 95th percentile of the newest answers; `null` if there are none. */
  latency: z.strictObject({
    /** Number of answers that the figures are of. */
    count,
    p50Ms: durationMs,
    p95Ms: durationMs,
    /** From acceptance to the first assignment. */
    queueMs: durationMs,
    /** Time neither in the queue nor on a worker. */
    wayMs: durationMs,
    /** On a worker. */
    nodeMs: durationMs,
  }).nullable(),
  /** `null` if the system does not tell. */
  diskFreeBytes: count.nullable(),
  attention: z.array(attentionSchema).max(LIMITS.attentionMax),
});

export type Status = Infer<typeof statusSchema>;
export type Attention = Infer<typeof attentionSchema>;
