import { stateOf, takeOut } from "../../protocol/blob/blob_state.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Log } from "../../protocol/kernel/log.ts";

/**
 * Returns true if all blobs of a built gallery are here and have the right bytes. Takes damaged
 * ones out of the store, so that they are made again, and logs once how many there were.
 */
export async function checkBuilt(
  digests: readonly Digest[],
  { durable, log, gallery }: { durable: BlobStore; log: Log; gallery: string },
): Promise<boolean> {
  const counts = { whole: 0, damaged: 0, missing: 0 };
  for (const digest of digests) {
    const state = await stateOf(durable, digest);
    counts[state]++;
    if (state === "damaged") await takeOut(durable, digest);
  }
  const { damaged, missing } = counts;
  if (damaged + missing === 0) return true;
  log.warn("Files of a gallery were damaged or missing; it is built again from the people in the store.", {
    gallery,
    damaged,
    missing,
  });
  return false;
}
