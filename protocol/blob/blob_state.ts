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

/** Takes a damaged blob out of `store`, which may keep its bytes for inspection. */
export async function takeOut(store: Pick<BlobStore, "read">, digest: Digest): Promise<void> {
  try {
    await store.read(digest);
  } catch (error) {
    const { code } = asDmlError(error);
    if (code !== "blob_corrupt" && code !== "blob_not_found") throw error;
  }
}
