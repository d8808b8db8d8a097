import { byteCountSchema, digestSchema, idSchema, type Infer, modelNameSchema, z } from "../schema.ts";
import { NODE_COMMAND_NAMES } from "../messages/command.ts";
import { capabilitiesSchema } from "../messages/hello.ts";
import { requirementsSchema } from "../messages/model.ts";
import { predictionSchema } from "../messages/prediction.ts";
import { annotatedSchema } from "../messages/task.ts";

const port = z.number().int().min(0).max(65_535);
const wallMs = z.number().int().min(0);

/** Answer of `GET /v1/cluster`; needs no token. */
export const clusterSchema = z.strictObject({
  product: z.literal("dml"),
  version: z.string().max(64),
  protocol: z.strictObject({ min: z.number().int(), max: z.number().int() }),
  controlPort: port,
  /** Whether other requests need a token. */
  tokenRequired: z.boolean(),
});

/** Answer of `POST /v1/predictions?model=&annotate=&embeddings=&gallery=&crops=` with the picture as its body. */
export const predictAnswerSchema = z.strictObject({
  prediction: predictionSchema,
  /** Where the annotated picture can be had for a minute; null when none was asked for. */
  annotated: annotatedSchema,
});

/** Why one node does or does not serve one model. */
const nodeModelSchema = z.strictObject({
  model: modelNameSchema,
  state: z.enum(["offered", "ready", "failed", "unsuitable"]),
  imagesPerSecond: z.number().min(0).nullable(),
  reason: z.string().max(2_000).nullable(),
});

/** One node that has ever registered. */
const nodeSchema = z.strictObject({
  nodeId: idSchema,
  name: z.string().max(100),
  address: z.string().max(200),
  state: z.enum(["ready", "suspect", "draining", "offline"]),
  version: z.string().max(64),
  firstSeenMs: wallMs,
  lastSeenMs: wallMs,
  capabilities: capabilitiesSchema,
  running: z.number().int().min(0),
  completed: z.number().int().min(0),
  models: z.array(nodeModelSchema).max(1_024),
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

/** Answer of `GET /v1/models/{name}`. Its manifest is the blob that `manifestDigest` names. */
export const modelDetailSchema = z.strictObject({
  model: modelSchema,
  /** Those that are connected. */
  nodes: z.array(z.strictObject({
    nodeId: idSchema,
    name: z.string().max(100),
    status: nodeModelSchema,
  })),
});

/** Answer of `POST /v1/models` with a manifest as its body. */
export const modelAddedSchema = z.strictObject({
  name: modelNameSchema,
  manifestDigest: digestSchema,
  /** False when this very model was served already. */
  isNew: z.boolean(),
});

/** Answer of `GET` and `PUT /v1/model-files/{digest}?size=`: the bytes that are here, from the first. All: it is here, verified. */
export const modelFileReceivedSchema = z.strictObject({ receivedBytes: byteCountSchema });

/** Body of `POST /v1/nodes/{id}/commands`. */
export const nodeCommandSchema = z.strictObject({
  command: z.enum(NODE_COMMAND_NAMES),
});

/** Its answer, once the node has done it. */
export const nodeCommandAnswerSchema = z.strictObject({
  /** What the node says about it, for people. */
  detail: z.string().max(2_000),
});

/** RFC 9457 problem details, with dml's code. */
export const problemSchema = z.strictObject({
  type: z.string().max(200),
  title: z.string().max(200),
  status: z.number().int().min(400).max(599),
  code: z.string().max(64),
  detail: z.string().max(4_000),
  advice: z.string().max(1_000),
  retryable: z.boolean(),
});

export type ClusterInfo = Infer<typeof clusterSchema>;
export type PredictAnswer = Infer<typeof predictAnswerSchema>;
export type NodeListing = Infer<typeof nodeSchema>;
export type NodeModel = Infer<typeof nodeModelSchema>;
export type ModelListing = Infer<
  typeof modelsSchema
>["models"][number];
export type ModelDetail = Infer<typeof modelDetailSchema>;
export type ModelAdded = Infer<typeof modelAddedSchema>;
export type Problem = Infer<typeof problemSchema>;
