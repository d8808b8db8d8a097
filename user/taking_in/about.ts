import { DmlError } from "../../protocol/kernel/errors.ts";

/** What `run` gives; what it throws names `what`. */
export function about<Result>(what: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof DmlError)) throw error;
    throw new DmlError(error.code, `${what}: ${error.message}`, { cause: error, advice: error.advice });
  }
}
