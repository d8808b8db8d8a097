import { type Digest, Digester } from "../kernel/digest.ts";
import { asDmlError } from "../kernel/errors.ts";
import type { BlobStore } from "../ports/blob_store.ts";

/** Whether the blob is in `store` as it should be; reads all of it, a piece at a time. */
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
