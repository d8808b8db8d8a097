import { byteCountSchema, digestSchema, idSchema, type Infer, recognizerNameSchema, z } from "../schema.ts";
import { COMMAND_NAMES } from "../messages/command.ts";
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

/** Answer of `POST /v1/predictions?recognizer=&annotate=&embeddings=&gallery=&crops=` with the picture as its body. */
export const predictAnswerSchema = z.strictObject({
  prediction: predictionSchema,
  /** Where the annotated picture can be had for a minute; null when none was asked for. */
  annotated: annotatedSchema,
});

/** Why one node does or does not serve one recognizer. */
const nodeRecognizerSchema = z.strictObject({
  recognizer: recognizerNameSchema,
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
  recognizers: z.array(nodeRecognizerSchema).max(1_024),
});

/** Answer of `GET /v1/nodes`. */
export const nodesSchema = z.strictObject({ nodes: z.array(nodeSchema) });

const recognizerSchema = z.strictObject({
  name: recognizerNameSchema,
  description: z.string().max(500),
  license: z.string().max(100),
  manifestDigest: digestSchema,
  bytes: byteCountSchema,
  requirements: requirementsSchema,
  readyNodes: z.number().int().min(0),
});

/** Answer of `GET /v1/recognizers`. */
export const recognizersSchema = z.strictObject({ recognizers: z.array(recognizerSchema) });

/** Answer of `GET /v1/recognizers/{name}`. Its manifest is the blob that `manifestDigest` names. */
export const recognizerDetailSchema = z.strictObject({
  recognizer: recognizerSchema,
  /** Those that are connected. */
  nodes: z.array(z.strictObject({
    nodeId: idSchema,
    name: z.string().max(100),
    standing: nodeRecognizerSchema,
  })),
});

/** Answer of `POST /v1/recognizers` with a manifest as its body. */
export const recognizerAddedSchema = z.strictObject({
  name: recognizerNameSchema,
  manifestDigest: digestSchema,
  /** False when this very recognizer was served already. */
  isNew: z.boolean(),
});

/** Answer of `GET` and `PUT /v1/layers/{digest}?size=`: the bytes that are here, from the first. All: it is here, verified. */
export const layerReceivedSchema = z.strictObject({ receivedBytes: byteCountSchema });

/** Body of `POST /v1/nodes/{id}/commands`. */
export const nodeCommandSchema = z.strictObject({
  command: z.enum(COMMAND_NAMES),
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
export type NodeRecognizer = Infer<typeof nodeRecognizerSchema>;
export type RecognizerListing = Infer<
  typeof recognizersSchema
>["recognizers"][number];
export type RecognizerDetail = Infer<typeof recognizerDetailSchema>;
export type RecognizerAdded = Infer<typeof recognizerAddedSchema>;
export type Problem = Infer<typeof problemSchema>;
