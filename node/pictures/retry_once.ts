import { asDmlError } from "../../protocol/kernel/errors.ts";

/** A transfer that broke off for a reason that may have passed is tried a second time, at once; more is the master's to decide. */
export async function retryOnce<Result>(transfer: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  try {
    return await transfer();
  } catch (error) {
    if (signal?.aborted || !asDmlError(error).kind.retryable) throw error;
    return await transfer();
  }
}
