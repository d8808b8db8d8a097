import { DmlError, isErrorCode } from "../../protocol/kernel/errors.ts";

/** Outcome of one file at one target. */
export type FileOutcome = { readonly how: "copied" | "same" } | { readonly how: "failed"; readonly error: DmlError };

/** Returns the outcome of a file that failed. */
export function failed(error: DmlError): FileOutcome {
  return { how: "failed", error };
}

/** Returns the error that a fault of a file, or of a whole node, stands for. */
export function errorOf({ code, reason, advice }: { code: string; reason: string; advice?: string }): DmlError {
  return new DmlError(isErrorCode(code) ? code : "internal", reason, advice === undefined ? {} : { advice });
}
