import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";

/** What was seen in the picture. */
export interface PredictedOutcome {
  readonly ok: true;
  readonly prediction: Prediction;
  readonly annotated: (BlobReference & { readonly mediaType: string }) | null;
}

/** Why there is no prediction. */
export interface RefusedOutcome {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly reason: string;
  /** When to come back, where that is known. */
  readonly retryAfterMs?: number;
}

/** How a task ended: what its user gets. */
export type TaskOutcome = PredictedOutcome | RefusedOutcome;
