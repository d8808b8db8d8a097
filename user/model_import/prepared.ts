import type { Manifest } from "../../models/manifest.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A model that is ready to be tried and sent. */
export interface Prepared {
  readonly manifest: Manifest;
  /** Every file that the manifest names, by digest. */
  readonly files: ReadonlyMap<Digest, Bytes>;
  /** The files of its model files by role as they were published, where taking them in changed any; else null. */
  readonly published: ReadonlyMap<string, Bytes> | null;
}

/** The model files of a prepared model, by role. */
export function filesOf({ manifest, files }: Prepared): Map<string, Bytes> {
  return new Map(manifest.files.flatMap(({ role, digest }) => {
    const bytes = files.get(digest);
    return bytes === undefined ? [] : [[role, bytes] as const];
  }));
}
