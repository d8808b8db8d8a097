import { classifyParametersSchema } from "./manifest/classify.ts";
import { detectParametersSchema } from "./manifest/detect.ts";
import { embedParametersSchema } from "./manifest/embed.ts";
import { tensorParametersSchema } from "./manifest/tensor.ts";
import { testsSchema } from "./manifest/tests.ts";
import { requirementsSchema } from "../protocol/messages/model.ts";
import { type BlobReference, blobReferenceSchema } from "../protocol/messages/task.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import { type Digest, digestOf } from "../protocol/kernel/digest.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import { type Infer, parseAs, z } from "../protocol/schema.ts";

const roleSchema = z.string().min(1).max(64).regex(/^[a-z][a-z0-9_-]*$/);

/** One ONNX file of a model, and what it is for. */
export const modelFileSchema = z.strictObject({
  role: roleSchema,
  ...blobReferenceSchema.shape,
});

/** Parameters of the `faces` pipeline. */
const facesParametersSchema = z.strictObject({
  /** Faces below are not reported. */
  scoreMin: z.number().min(0).max(1),
  /** Of two boxes that overlap by more, the weaker is dropped (intersection over union). */
  overlapMax: z.number().min(0).max(1),
});

const common = {
  /** Of this document's form. */
  schema: z.literal(1),
  name: z.string().max(63).regex(/^[a-z0-9][a-z0-9._-]*$/),
  version: z.number().int().min(1).max(999_999_999),
  description: z.string().max(500),
  /** SPDX expression of the model files. */
  license: z.string().max(100),
  files: z.array(modelFileSchema).max(LIMITS.modelFilesMax),
  requirements: requirementsSchema,
  /** What it must get right; absent: nothing that anybody wrote down. */
  tests: testsSchema.optional(),
};

/** The JSON that describes a model: which model files, which pipeline, what it needs. Data, never code. */
export const manifestSchema = z.discriminatedUnion("pipeline", [
  /**
   * Detect, landmarks, align, embed: model files `detect`, `landmarks`, `embed`; and what each face is like, as far as there are
   * model files `age`, `gender`, `expression`, `liveness`.
   */
  z.strictObject({
    ...common,
    pipeline: z.literal("faces"),
    parameters: facesParametersSchema,
  }),
  /** What a picture shows as a whole; one model file, `model`, as in the three that follow. */
  z.strictObject({
    ...common,
    pipeline: z.literal("classify"),
    parameters: classifyParametersSchema,
  }),
  /** Which objects are where. */
  z.strictObject({
    ...common,
    pipeline: z.literal("detect"),
    parameters: detectParametersSchema,
  }),
  /** A picture as a vector. */
  z.strictObject({
    ...common,
    pipeline: z.literal("embed"),
    parameters: embedParametersSchema,
  }),
  /** Raw tensors in, raw tensors out. */
  z.strictObject({
    ...common,
    pipeline: z.literal("tensor"),
    parameters: tensorParametersSchema,
  }),
  /** Looks at nothing and finds nobody: measures and checks the way through the cluster. */
  z.strictObject({
    ...common,
    pipeline: z.literal("empty"),
    parameters: z.strictObject({}),
  }),
]);

export type ModelFile = Infer<typeof modelFileSchema>;
export type Manifest = Infer<typeof manifestSchema>;
export type FacesParameters = Infer<typeof facesParametersSchema>;

/** A manifest as it is stored and sent: its JSON in UTF-8, and the digest of exactly these bytes. */
export function encodeManifest(
  manifest: Manifest,
): { digest: Digest; bytes: Uint8Array<ArrayBuffer> } {
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  return { digest: digestOf(bytes), bytes };
}

/** Parses what {@linkcode encodeManifest} made; throws `model_invalid`. */
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

/** Every blob that a model needs beside its manifest, each once: model files, and pictures of its tests. */
export function blobsOf({ files, tests = [] }: Pick<Manifest, "files" | "tests">): BlobReference[] {
  const all = [...files, ...tests.map(({ image }) => image)];
  return [...new Map(all.map(({ digest, size }) => [digest, { digest, size }])).values()];
}

/** `name@version`. */
export function modelName(
  manifest: Pick<Manifest, "name" | "version">,
): string {
  return `${manifest.name}@${manifest.version}`;
}
