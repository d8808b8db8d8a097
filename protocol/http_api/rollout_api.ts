import { LIMITS } from "../kernel/limits.ts";
import { blobReferenceSchema } from "../messages/task.ts";
import { digestSchema, idSchema, type Infer, modelNameSchema, z } from "../schema.ts";

const count = z.number().int().min(0);
const wallMs = z.number().int().min(0);
const share = z.number().min(0).max(1);
const version = z.number().int().min(1).max(999_999_999);
const sentence = z.string().max(LIMITS.reasonCharactersMax);

/** Where a rollout stands: the last two are its ends. */
const ROLLOUT_STAGES = ["fetching", "testing", "canary", "promoted", "rolled_back"] as const;

/** What a model must see in a picture of its own to be let at those of users; what is left out is not looked at. */
const expectationSchema = z.strictObject({
  /** How many persons. */
  persons: count.max(LIMITS.personsMax).optional(),
  /** The label with the best score, of the whole picture. */
  label: z.string().max(200).optional(),
  /** How many objects. */
  objects: count.max(10_000).optional(),
});

/** A picture among the master's blobs, and what is to be seen in it. */
const modelTestSchema = z.strictObject({
  image: blobReferenceSchema,
  expect: expectationSchema,
});

const settings = {
  /** Share of the pictures for the latest version that the new one gets; 0: none, it is judged by its tests alone. */
  canary: share,
  /** Share of canary pictures that may fail on the new version. */
  maxError: share,
  /** How many times as long as the old version the new one may take. */
  maxSlowdown: z.number().min(1).max(1_000),
  /** Whether the old version also looks at canary pictures, so that their answers can be compared. */
  compare: z.boolean(),
  /** Share of compared answers that may differ. */
  maxDrift: share,
  /** Nodes that must be ready; null: as many as serve the old version. */
  minNodes: count.max(LIMITS.nodesMax).nullable(),
  /** Canary pictures to see before judging. */
  canaryTasks: z.number().int().min(1).max(100_000),
  /** From beginning to end. */
  deadlineMs: z.number().int().min(1_000).max(7 * 86_400_000),
  tests: z.array(modelTestSchema).max(LIMITS.modelTestsMax),
};

/** How a rollout goes about it. */
const rolloutSettingsSchema = z.strictObject(settings);

/** Body of `POST /v1/models/{name}/rollouts`; what is left out is the default. */
export const rolloutRequestSchema = z.strictObject({ version, ...settings }).partial().required({ version: true });

/** One rollout, running or ended. */
export const rolloutSchema = z.strictObject({
  rolloutId: idSchema,
  /** `name@version` of the old and of the new one, and their manifests. */
  from: modelNameSchema,
  to: modelNameSchema,
  fromDigest: digestSchema,
  toDigest: digestSchema,
  /** Whether the master began it by itself: its catalog brought a newer version. */
  automatic: z.boolean(),
  settings: rolloutSettingsSchema,
  stage: z.enum(ROLLOUT_STAGES),
  /** Why it ended so, or what it waits for. */
  reason: sentence,
  startedMs: wallMs,
  endedMs: wallMs.nullable(),
  nodes: z.strictObject({ ready: count, wanted: count }),
  tests: z.strictObject({ passed: count, total: count }),
  canary: z.strictObject({
    answered: count,
    failed: count,
    /** The last failure, which no user got to see. */
    lastFailure: sentence.nullable(),
  }),
  comparisons: z.strictObject({
    made: count,
    drifted: count,
    /** 0: the same answers; 1: nothing in common. */
    worstDrift: share,
    lastDrift: sentence.nullable(),
  }),
  /** Medians of one picture on one worker while both versions were asked; null before the first. */
  serviceMs: z.strictObject({ from: z.number().min(0).nullable(), to: z.number().min(0).nullable() }),
});

/** Answer of `GET /v1/models/{name}/rollouts`. */
export const lineageSchema = z.strictObject({
  name: modelNameSchema,
  /** What the bare name means. */
  latest: modelNameSchema,
  /** What `rollback` goes back to. */
  previous: modelNameSchema.nullable(),
  /** Held on every node that can, whatever else happens; a latest version that is pinned is not replaced by itself. */
  pinned: z.array(modelNameSchema).max(1_024),
  versions: z.array(modelNameSchema).max(1_024),
  current: rolloutSchema.nullable(),
  /** Newest first. */
  history: z.array(rolloutSchema).max(LIMITS.rolloutHistoryMax),
});

/** Body of `PUT /v1/models/{name@version}/pin`. */
export const pinSchema = z.strictObject({ pinned: z.boolean() });

/** Answer of what changes versions: what was done, for people. */
export const versionAnswerSchema = z.strictObject({ detail: sentence });

/** Answer of `POST /v1/gc`. */
export const collectedSchema = z.strictObject({ files: count, bytes: count });

export type RolloutStage = (typeof ROLLOUT_STAGES)[number];
export type ModelTest = Infer<typeof modelTestSchema>;
export type RolloutSettings = Infer<typeof rolloutSettingsSchema>;
export type RolloutRequest = Infer<typeof rolloutRequestSchema>;
export type RolloutRecord = Infer<typeof rolloutSchema>;
export type LineageListing = Infer<typeof lineageSchema>;
export type Collected = Infer<typeof collectedSchema>;
