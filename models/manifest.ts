import { classifyParametersSchema } from "./manifest/classify.ts";
import { detectParametersSchema } from "./manifest/detect.ts";
import { embedParametersSchema } from "./manifest/embed.ts";
import { facesParametersSchema } from "./manifest/faces.ts";
import { tensorParametersSchema } from "./manifest/tensor.ts";
import { testsSchema } from "./manifest/tests.ts";
import { requirementsSchema } from "../protocol/messages/model.ts";
import { type BlobReference, blobReferenceSchema } from "../protocol/messages/task.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import { type Digest, digestOf } from "../protocol/kernel/digest.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import { type Infer, parseAs, z } from "../protocol/schema.ts";

const roleSchema = z.string().min(1).max(64).regex(/^[a-z][a-z0-9_-]*$/);

/** One ONNX file of a model, with its role in the pipeline. */
export const modelFileSchema = z.strictObject({
  role: roleSchema,
  ...blobReferenceSchema.shape,
});

const common = {
  /** Version of the manifest format. */
  schema: z.literal(1),
  name: z.string().max(63).regex(/^[a-z0-9][a-z0-9._-]*$/),
  version: z.number().int().min(1).max(999_999_999),
  description: z.string().max(500),
  /** SPDX expression of the model files. */
  license: z.string().max(100),
  files: z.array(modelFileSchema).max(LIMITS.modelFilesMax),
  requirements: requirementsSchema,
  /** Tests that the model must pass before it is trusted; absent if it has none. */
  tests: testsSchema.optional(),
};

/**
 * Schema of the JSON document that describes a model: its model files, its pipeline and its
 * requirements. It is data, never code.
 */
export const manifestSchema = z.discriminatedUnion("pipeline", [
  /**
   * Detects faces, locates their landmarks, aligns and embeds them, with the model files `detect`,
   * `landmarks` (unless the detector returns the points) and `embed`. Each of the optional model
   * files `age`, `gender`, `expression` and `liveness` adds an attribute to every face.
   */
  z.strictObject({
    ...common,
    pipeline: z.literal("faces"),
    parameters: facesParametersSchema,
  }),
  /**
   * Classifies the picture as a whole, with a single model file, `model`, as do the next three
   * pipelines.
   */
  z.strictObject({
    ...common,
    pipeline: z.literal("classify"),
    parameters: classifyParametersSchema,
  }),
  /** Detects objects and their positions. */
  z.strictObject({
    ...common,
    pipeline: z.literal("detect"),
    parameters: detectParametersSchema,
  }),
  /** Converts a picture to an embedding. */
  z.strictObject({
    ...common,
    pipeline: z.literal("embed"),
    parameters: embedParametersSchema,
  }),
  /** Takes raw tensors and returns raw tensors. */
  z.strictObject({
    ...common,
    pipeline: z.literal("tensor"),
    parameters: tensorParametersSchema,
  }),
  /** Computes nothing: measures and checks the path through the cluster. */
  z.strictObject({
    ...common,
    pipeline: z.literal("empty"),
    parameters: z.strictObject({}),
  }),
]);

export type ModelFile = Infer<typeof modelFileSchema>;
export type Manifest = Infer<typeof manifestSchema>;

/**
 * Encodes a manifest for storage and transfer: its JSON in UTF-8, and the digest of exactly these
 * bytes.
 */
export function encodeManifest(
  manifest: Manifest,
): { digest: Digest; bytes: Uint8Array<ArrayBuffer> } {
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  return { digest: digestOf(bytes), bytes };
}

/**
 * Decodes the bytes that {@linkcode encodeManifest} returned. Throws `model_invalid` if they are
 * too long, not JSON or not a valid manifest.
 */
export function decodeManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > LIMITS.manifestBytesMax) {
    throw new DmlError(
      "model_invalid",
      `The manifest has ${bytes.length} bytes; at most ${LIMITS.manifestBytesMax} are allowed.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new DmlError("model_invalid", "The manifest is not JSON.", {
      cause: error,
    });
  }
  return parseAs(manifestSchema, value, {
    what: "The manifest",
    code: "model_invalid",
  });
}

/**
 * Returns every blob that a model needs besides its manifest, each once: its model files and the
 * images of its tests.
 */
export function requiredBlobs({ files, tests = [] }: Pick<Manifest, "files" | "tests">): BlobReference[] {
  const all = [...files, ...tests.map(({ image }) => image)];
  return [...new Map(all.map(({ digest, size }) => [digest, { digest, size }])).values()];
}

/** Returns `name@version`. */
export function modelName(
  manifest: Pick<Manifest, "name" | "version">,
): string {
  return `${manifest.name}@${manifest.version}`;
}
