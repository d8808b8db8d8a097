import { LIMITS } from "../kernel/limits.ts";
import { blobReferenceSchema } from "../messages/task.ts";
import { digestSchema, idSchema, type Infer, modelNameSchema, z } from "../schema.ts";

const count = z.number().int().min(0);
const wallMs = z.number().int().min(0);
const share = z.number().min(0).max(1);
const version = z.number().int().min(1).max(999_999_999);
const sentence = z.string().max(LIMITS.reasonCharactersMax);

/** Stages of a rollout; it ends with one of the last two. */
const ROLLOUT_STAGES = ["fetching", "testing", "canary", "promoted", "rolled_back"] as const;

/**
 * Expected findings in a test picture, which a model must have before it gets pictures of
 * users. Absent fields are not checked.
 */
const expectationSchema = z.strictObject({
  /** Number of persons. */
  persons: count.max(LIMITS.personsMax).optional(),
  /** Label of the whole picture with the best score. */
  label: z.string().max(200).optional(),
  /** Number of objects. */
  objects: count.max(10_000).optional(),
});

/** A test picture among the master's blobs, and the findings expected in it. */
const modelTestSchema = z.strictObject({
  image: blobReferenceSchema,
  expect: expectationSchema,
});

const settings = {
  /**
   * Share of the pictures for the latest version that go to the new one, 0 to 1. If it is 0, the
   * new version is judged by its tests alone.
   */
  canary: share,
  /** Share of canary pictures that may fail on the new version, 0 to 1. */
  maxError: share,
  /** Limit of the new version's service time, as a multiple of the old version's. */
  maxSlowdown: z.number().min(1).max(1_000),
  /** True if the old version also gets the canary pictures, so that the answers can be compared. */
  compare: z.boolean(),
  /** Share of compared answers that may differ, 0 to 1. */
  maxDrift: share,
  /** Number of nodes that must be ready; `null` if as many as serve the old version. */
  minNodes: count.max(LIMITS.nodesMax).nullable(),
  /** Number of canary pictures needed for a verdict. */
  canaryTasks: z.number().int().min(1).max(100_000),
  /** Time limit of the whole rollout. */
  deadlineMs: z.number().int().min(1_000).max(7 * 86_400_000),
  tests: z.array(modelTestSchema).max(LIMITS.modelTestsMax),
};

/** Settings of a rollout. */
const rolloutSettingsSchema = z.strictObject(settings);

/** Body of `POST /v1/models/{name}/rollouts`. Absent settings have their defaults. */
export const rolloutRequestSchema = z.strictObject({ version, ...settings }).partial().required({ version: true });

/** One rollout, running or ended. */
export const rolloutSchema = z.strictObject({
  rolloutId: idSchema,
  /** `name@version` of the old and the new version, and the digests of their manifests. */
  from: modelNameSchema,
  to: modelNameSchema,
  fromDigest: digestSchema,
  toDigest: digestSchema,
  /** True if the master started the rollout itself, because its catalog brought a newer version. */
  automatic: z.boolean(),
  settings: rolloutSettingsSchema,
  stage: z.enum(ROLLOUT_STAGES),
  /** Reason for the end, or for the wait. */
  reason: sentence,
  startedMs: wallMs,
  endedMs: wallMs.nullable(),
  nodes: z.strictObject({ ready: count, wanted: count }),
  tests: z.strictObject({ passed: count, total: count }),
  canary: z.strictObject({
    answered: count,
    failed: count,
    /**
     * The last failure of a canary picture, which its user did not see; `null` if there was none.
     */
    lastFailure: sentence.nullable(),
  }),
  comparisons: z.strictObject({
    made: count,
    drifted: count,
    /**
     * Largest difference between two compared answers, from 0 (the same) to 1 (nothing in common).
     */
    worstDrift: share,
    lastDrift: sentence.nullable(),
  }),
  /**
   * Median times for one picture on one worker while both versions got pictures; `null` before the
   * first.
   */
  serviceMs: z.strictObject({ from: z.number().min(0).nullable(), to: z.number().min(0).nullable() }),
});

/** Answer of `GET /v1/models/{name}/rollouts`. */
export const lineageSchema = z.strictObject({
  name: modelNameSchema,
  /** The version that the name alone refers to. */
  latest: modelNameSchema,
  /** The version that a rollback returns to; `null` if there is none. */
  previous: modelNameSchema.nullable(),
  /**
   * Versions that every capable node keeps in any case. An automatic rollout never replaces a
   * pinned latest version.
   */
  pinned: z.array(modelNameSchema).max(1_024),
  versions: z.array(modelNameSchema).max(1_024),
  current: rolloutSchema.nullable(),
  /** Ended rollouts, newest first. */
  history: z.array(rolloutSchema).max(LIMITS.rolloutHistoryMax),
});

/** Body of `PUT /v1/models/{name@version}/pin`. */
export const pinSchema = z.strictObject({ pinned: z.boolean() });

/** Answer of every request that changes versions: a sentence for people about what was done. */
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
