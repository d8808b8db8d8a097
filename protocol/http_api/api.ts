import { byteCountSchema, digestSchema, idSchema, type Infer, modelNameSchema, z } from "../schema.ts";
import { LIMITS } from "../kernel/limits.ts";
import { NODE_ORDER_NAMES } from "../messages/command_names.ts";
import { capabilitiesSchema } from "../messages/hello.ts";
import { labelsSchema } from "../messages/label.ts";
import { requirementsSchema } from "../messages/model.ts";
import { predictionSchema } from "../messages/prediction.ts";
import { annotatedSchema } from "../messages/task.ts";
import { placementSchema } from "./fleet_api.ts";

const port = z.number().int().min(0).max(65_535);
const wallMs = z.number().int().min(0);

/** Answer of `GET /v1/cluster`, which needs no token. */
export const clusterSchema = z.strictObject({
  product: z.literal("dml"),
  version: z.string().max(64),
  protocol: z.strictObject({ min: z.number().int(), max: z.number().int() }),
  controlPort: port,
  /** True if all other requests need a token. */
  tokenRequired: z.boolean(),
});

const milliseconds = z.number().min(0);

/** Times of one picture at the master, in milliseconds. */
export const requestTimingsSchema = z.strictObject({
  /** Time until it was sent to a node. */
  queuedMs: milliseconds,
  /** Time on the way to the node and back, and in its queue. */
  transferMs: milliseconds,
  /** Time that the node worked, as it says. */
  nodeMs: milliseconds,
  /** Time from the arrival of the result to the answer. */
  returnMs: milliseconds,
});

/**
 * Answer of `POST /v1/predictions` about one picture, whose parameters are in `prediction_api.ts`.
 */
export const predictAnswerSchema = z.strictObject({
  prediction: predictionSchema,
  /**
   * Reference to the annotated picture, which can be fetched for a minute; `null` if none was
   * requested.
   */
  annotated: annotatedSchema,
  timings: requestTimingsSchema.optional(),
  /** Times that the picture was sent to a node. */
  attempts: z.number().int().min(1).optional(),
});

/** State of one model on one node, with the reason if the node does not serve it. */
const nodeModelSchema = z.strictObject({
  model: modelNameSchema,
  state: z.enum(["offered", "ready", "failed", "unsuitable"]),
  imagesPerSecond: z.number().min(0).nullable(),
  reason: z.string().max(2_000).nullable(),
});

/** A node that has registered at some time. */
const nodeSchema = z.strictObject({
  nodeId: idSchema,
  name: z.string().max(100),
  address: z.string().max(200),
  state: z.enum(["ready", "suspect", "draining", "offline", "waiting", "removed"]),
  version: z.string().max(64),
  firstSeenMs: wallMs,
  lastSeenMs: wallMs,
  capabilities: capabilitiesSchema,
  running: z.number().int().min(0),
  completed: z.number().int().min(0),
  models: z.array(nodeModelSchema).max(1_024),
  /** Labels in force, sorted; absent if there are none. */
  labels: labelsSchema.optional(),
});

/** Answer of `GET /v1/nodes`. */
export const nodesSchema = z.strictObject({ nodes: z.array(nodeSchema) });

const modelSchema = z.strictObject({
  name: modelNameSchema,
  description: z.string().max(500),
  license: z.string().max(100),
  manifestDigest: digestSchema,
  bytes: byteCountSchema,
  requirements: requirementsSchema,
  readyNodes: z.number().int().min(0),
});

/** Answer of `GET /v1/models`. */
export const modelsSchema = z.strictObject({ models: z.array(modelSchema) });

/** Answer of `GET /v1/models/{name}`. The manifest is the blob that `manifestDigest` names. */
export const modelDetailSchema = z.strictObject({
  model: modelSchema,
  /** The nodes that are connected. */
  nodes: z.array(z.strictObject({
    nodeId: idSchema,
    name: z.string().max(100),
    status: nodeModelSchema,
  })),
  /** Every known node: whether it can take a picture of this model now, and why not. */
  placement: z.array(placementSchema),
  /** Labels of the nodes that the model is bound to; none if every node may have it. */
  labels: labelsSchema,
});

/** Answer of `POST /v1/models` with a manifest as its body. */
export const modelAddedSchema = z.strictObject({
  name: modelNameSchema,
  manifestDigest: digestSchema,
  /** False if the same model was already served. */
  isNew: z.boolean(),
});

/**
 * Answer of `GET` and `PUT /v1/model-files/{digest}?size=`: the number of bytes received so far,
 * counted from the start of the file. If it equals the size, the file is complete and verified.
 */
export const modelFileReceivedSchema = z.strictObject({ receivedBytes: byteCountSchema });

/** Body of `POST /v1/nodes/{id}/commands`. */
export const nodeCommandSchema = z.strictObject({
  command: z.enum(NODE_ORDER_NAMES),
});

/** Answer of `POST /v1/nodes/{id}/commands`, sent once the node has carried out the command. */
export const nodeCommandAnswerSchema = z.strictObject({
  /** The outcome in the node's words, for people. */
  detail: z.string().max(2_000),
});

/** Problem details of RFC 9457, with dml's error code. */
export const problemSchema = z.strictObject({
  type: z.string().max(200),
  title: z.string().max(200),
  status: z.number().int().min(400).max(599),
  code: z.string().max(64),
  detail: z.string().max(4_000),
  advice: z.string().max(1_000),
  retryable: z.boolean(),
  /** Id of the request, which the log has too. */
  requestId: z.string().max(128).optional(),
});

/** Answer of `POST /v1/predictions` about several pictures, in the order in which they came. */
export const batchAnswerSchema = z.strictObject({
  answers: z.array(z.strictObject({
    /** Name of the picture's file; `null` if it has none. */
    fileName: z.string().max(400).nullable(),
    /** Answer about the picture; absent if it was refused. */
    answer: predictAnswerSchema.optional(),
    /** Refusal of the picture; absent if it was answered. */
    problem: problemSchema.optional(),
  })).max(LIMITS.formFilesMax),
});

export type ClusterInfo = Infer<typeof clusterSchema>;
export type BatchAnswer = Infer<typeof batchAnswerSchema>;
export type RequestTimings = Infer<typeof requestTimingsSchema>;
export type PredictAnswer = Infer<typeof predictAnswerSchema>;
export type NodeListing = Infer<typeof nodeSchema>;
export type NodeModel = Infer<typeof nodeModelSchema>;
export type ModelListing = Infer<
  typeof modelsSchema
>["models"][number];
export type ModelDetail = Infer<typeof modelDetailSchema>;
export type ModelAdded = Infer<typeof modelAddedSchema>;
export type Problem = Infer<typeof problemSchema>;
