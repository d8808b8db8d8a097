import { byteCountSchema, digestSchema, type Infer, z } from "../schema.ts";
import { BYTES_32_PATTERN, SIGNATURE_PATTERN } from "../kernel/base64url.ts";
import { programNamesSchema } from "./exec.ts";
import { labelsSchema } from "./label.ts";
import { operatorSetsSchema } from "./model.ts";

export { PROTOCOL_VERSION } from "./version_range.ts";

/** Facts that a node reports about its host; images/s of each model follow in `model.ready`. */
export const capabilitiesSchema = z.strictObject({
  os: z.string().max(32),
  arch: z.string().max(32),
  cores: z.number().int().min(1).max(4_096),
  memoryBytes: byteCountSchema,
  /** Pictures that can be processed at once. */
  workers: z.number().int().min(1).max(1_024),
  engines: z.array(z.enum(["wasm", "none"])).max(8),
  /** The newest version of each set of operators that the engine has; absent if it is not known. */
  operatorSets: operatorSetsSchema.optional(),
  /** Labels that the node was started with; absent if there are none. */
  labels: labelsSchema.optional(),
  /** Names of the programs that an admin may run on the node; absent if there are none. */
  allowedPrograms: programNamesSchema.optional(),
  /** True if an admin may read and write files in a directory of the node; absent otherwise. */
  opensFiles: z.literal(true).optional(),
});

/** The protocol versions that a node speaks. */
const versionRangeSchema = z.strictObject({
  min: z.number().int().min(1),
  max: z.number().int().min(1),
});

/** Node to master: the first message. */
export const helloSchema = z.strictObject({
  type: z.literal("hello"),
  protocol: versionRangeSchema,
  /** Version of dml. */
  version: z.string().max(64),
  /** Ed25519 key of the node, in base64url. Its id follows from it. */
  publicKey: z.string().regex(BYTES_32_PATTERN),
  name: z.string().min(1).max(100),
  /** Token that lets the node in if the master does not know its key; `null` if it has none. */
  token: z.string().max(200).nullable(),
  capabilities: capabilitiesSchema,
  /** The manifests whose files are all in the cache of the node, verified. */
  cached: z.array(digestSchema).max(1_024),
});

/** Master to node: the bytes that the node must sign, as the answer to its hello. */
export const challengeSchema = z.strictObject({
  type: z.literal("challenge"),
  /** 32 random bytes, in base64url. */
  challenge: z.string().regex(BYTES_32_PATTERN),
});

/** Node to master: the proof that it has the private key of its hello. */
export const proofSchema = z.strictObject({
  type: z.literal("proof"),
  /** Ed25519 signature of the challenge and the id of the node, in base64url. */
  signature: z.string().regex(SIGNATURE_PATTERN),
});

/** Master to node: the node is accepted. */
export const welcomeSchema = z.strictObject({
  type: z.literal("welcome"),
  protocol: z.number().int().min(1),
  version: z.string().max(64),
  /** Bearer token of the node's HTTP requests, valid until the connection ends. */
  sessionSecret: z.string().min(1).max(100),
  heartbeatIntervalMs: z.number().int().min(10).max(60_000),
  deadAfterMs: z.number().int().min(10).max(600_000),
  /**
   * True if pictures travel on this connection, both ways; absent if they are fetched and put over
   * HTTP.
   */
  sendsPicturesInline: z.literal(true).optional(),
});

/** Master to node: the node is refused, with the reason. The connection is then closed. */
export const rejectSchema = z.strictObject({
  type: z.literal("reject"),
  code: z.string().max(64),
  reason: z.string().max(2_000),
});

export type Capabilities = Infer<typeof capabilitiesSchema>;
export type Hello = Infer<typeof helloSchema>;
export type Challenge = Infer<typeof challengeSchema>;
export type Proof = Infer<typeof proofSchema>;
export type Welcome = Infer<typeof welcomeSchema>;
export type Reject = Infer<typeof rejectSchema>;
