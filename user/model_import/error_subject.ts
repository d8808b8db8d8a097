import { DmlError, ERRORS } from "../../protocol/kernel/errors.ts";

/** What `run` gives; what it throws names the ONNX file `what`. */
export function withFileName<Result>(what: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof DmlError)) throw error;
    // Of a file, the manifest is not to blame.
    const isGeneral = error.advice === ERRORS.model_invalid.advice;
    const advice = isGeneral ? "Bring it anew from where it is from, whole." : error.advice;
    throw new DmlError(error.code, `${what}: ${error.message}`, { cause: error, advice });
  }
}
