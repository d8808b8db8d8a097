import { asDmlError } from "../../protocol/kernel/errors.ts";

/**
 * Runs `transfer`, and once more, immediately, if it failed with an error that can be retried.
 * Further retries are up to the master.
 */
export async function retryOnce<Result>(transfer: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  try {
    return await transfer();
  } catch (error) {
    if (signal?.aborted || !asDmlError(error).kind.retryable) throw error;
    return await transfer();
  }
}
