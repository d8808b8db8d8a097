import { DmlError } from "../../../../protocol/kernel/errors.ts";
import type { Prediction } from "../../../../protocol/messages/prediction.ts";
import type { DialectForm } from "../form.ts";

/** Lowest confidence that is answered if a request names none. */
const MIN_CONFIDENCE = 0.4;

/** Returns the lowest confidence that a request wants, from 0 to 1. Throws `request_invalid`. */
export function minConfidence(form: DialectForm): number {
  const text = form.text("min_confidence") ?? "";
  if (text === "") return MIN_CONFIDENCE;
  const confidence = /^\d{0,3}(\.\d{1,20})?$/.test(text) ? Number(text) : NaN;
  if (confidence >= 0 && confidence <= 1) return confidence;
  throw new DmlError("request_invalid", "min_confidence must be a number from 0 to 1.");
}

/** Returns what every answer about a picture says, beside its findings. */
export function workAnswer({ timings: { inferMs, totalMs } }: Prediction) {
  return { inferenceMs: Math.round(inferMs), processMs: Math.round(totalMs), moduleId: "dml", code: 200 };
}
