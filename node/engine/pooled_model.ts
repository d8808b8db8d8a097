import type { ModelFileReader } from "./engine.ts";
import type { LoadableModel, WorkerRequestBody } from "./worker_protocol.ts";

/** A model that every worker of a pool has loaded. */
export interface PooledModel extends Omit<LoadableModel, "files"> {
  readonly readModelFiles: ModelFileReader;
}

/** Returns the request that loads `model` in one worker; reads the model files for it. */
export async function loadOf(
  manifestDigest: string,
  { readModelFiles, ...rest }: PooledModel,
): Promise<[Extract<WorkerRequestBody, { type: "load" }>, { transfer: ArrayBuffer[] }]> {
  const files = await readModelFiles();
  const transfer = [...files.values()].map(({ buffer }) => buffer);
  return [{ type: "load", manifestDigest, ...rest, files }, { transfer }];
}
