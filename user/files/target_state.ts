import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Segment } from "../../protocol/messages/files.ts";
import { failed, type FileOutcome } from "./file_outcome.ts";

/** Passes over a file that fails though it might not. */
const PASSES_MAX = 3;
/** Faults of a file after which another pass may go better. */
const PASSING: readonly string[] = ["blob_corrupt", "cancelled", "deadline_exceeded", "connection_lost", "queue_full"];

/** State of the batch at one target. */
export interface TargetState {
  readonly index: number;
  /** `null` while the file is open. */
  readonly outcomes: (FileOutcome | null)[];
  /** Offset from which each file is wanted; `null` if it is not. */
  wanted: (number | null)[];
  /** Files that were wanted in some pass. */
  readonly everWanted: Set<number>;
  /** Bytes of each file that have arrived in this pass. */
  arrived: number[];
  /** Reason why this pass was interrupted. */
  interruption: DmlError | null;
  /** Reason why nothing more is tried. */
  error: DmlError | null;
}

/** Returns the state of a batch of `files` files at the target `index`, before its first pass. */
export function newState(index: number, files: number): TargetState {
  const outcomes = Array.from({ length: files }, () => null);
  return { index, outcomes, wanted: [], everWanted: new Set(), arrived: [], interruption: null, error: null };
}

/** Returns true if a target wants bytes of the segment. */
export function isWanted({ file, offset, bytes }: Segment, wanted: readonly (number | null)[]): boolean {
  const start = wanted[file] ?? null;
  return start !== null && (offset + bytes > start || bytes === 0);
}

/** Opens files again that may go better in the next pass, and returns why; ends all if that `isLate`. */
export function settle(state: TargetState, { pass, isLate }: { pass: number; isLate: boolean }): DmlError[] {
  const { outcomes, interruption } = state;
  const reasons = interruption === null ? [] : [interruption];
  for (const [file, outcome] of outcomes.entries()) {
    if (outcome?.how !== "failed") continue;
    const { code } = outcome.error;
    const isRetried = code === "file_busy" ? !isLate : pass < PASSES_MAX && PASSING.includes(code);
    if (!isRetried) continue;
    outcomes[file] = null;
    reasons.push(outcome.error);
  }
  if (interruption !== null && isLate) endAll(state, interruption);
  return reasons;
}

/** Ends all files that are open at a target, because of `error`. */
export function endAll(state: TargetState, error: DmlError): void {
  state.interruption = null;
  state.error ??= error;
  for (const file of state.outcomes.keys()) state.outcomes[file] ??= failed(error);
}
