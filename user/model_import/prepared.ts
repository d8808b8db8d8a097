import type { Manifest } from "../../models/manifest.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A model that is ready for its trial and for the upload. */
export interface Prepared {
  readonly manifest: Manifest;
  /** Every file that the manifest names, by digest. */
  readonly files: ReadonlyMap<Digest, Bytes>;
  /** Model files as they were published, by role; `null` if optimising changed none of them. */
  readonly published: ReadonlyMap<string, Bytes> | null;
}

/** Returns the model files of a prepared model, by role. */
export function filesOf({ manifest, files }: Prepared): Map<string, Bytes> {
  return new Map(manifest.files.flatMap(({ role, digest }) => {
    const bytes = files.get(digest);
    return bytes === undefined ? [] : [[role, bytes] as const];
  }));
}
