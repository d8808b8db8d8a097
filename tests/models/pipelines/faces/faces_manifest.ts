import { type Manifest, manifestSchema } from "../../../../models/manifest.ts";
import type { FacesParameters } from "../../../../models/manifest/faces.ts";
import { digestOf } from "../../../../protocol/kernel/digest.ts";

/** A faces manifest of these model files, by role. */
export function facesManifest(
  files: Readonly<Record<string, Uint8Array>>,
  parameters: Partial<FacesParameters>,
): Manifest {
  return manifestSchema.parse({
    schema: 1,
    name: "small-faces",
    version: 1,
    description: "A small one.",
    license: "MIT",
    pipeline: "faces",
    parameters: { scoreMin: 0.5, overlapMax: 0.4, ...parameters },
    files: Object.entries(files).map(([role, bytes]) => ({ role, digest: digestOf(bytes), size: bytes.length })),
    requirements: { engine: "wasm", memoryBytes: 0 },
  });
}
