import { DmlError, ERRORS } from "../../protocol/kernel/errors.ts";

/**
 * Returns the result of `run`. The message of a thrown `DmlError` is prefixed with `what`, the name
 * of the ONNX file.
 */
export function withFileName<Result>(what: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof DmlError)) throw error;
    // The general advice is about the manifest, which is not the cause if a file is at fault.
    const isGeneral = error.advice === ERRORS.model_invalid.advice;
    const advice = isGeneral ? "Get a complete copy of the file from its source." : error.advice;
    throw new DmlError(error.code, `${what}: ${error.message}`, { cause: error, advice });
  }
}
