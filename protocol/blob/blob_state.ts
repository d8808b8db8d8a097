import { type Digest, Digester } from "../kernel/digest.ts";
import { asDmlError } from "../kernel/errors.ts";
import type { BlobStore } from "../ports/blob_store.ts";

/** Returns the state of a blob in `store`. Reads and hashes all of it, piece by piece. */
export async function stateOf(
  store: Pick<BlobStore, "open">,
  digest: Digest,
): Promise<"whole" | "damaged" | "missing"> {
  const digester = new Digester();
  try {
    const { stream } = await store.open(digest);
    for await (const chunk of stream) digester.update(chunk);
  } catch (error) {
    if (asDmlError(error).code === "blob_not_found") return "missing";
    throw error;
  }
  return digester.digest() === digest ? "whole" : "damaged";
}
