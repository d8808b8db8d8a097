import { ROW_STATE, type RowStates } from "./row_states.ts";

/** The flaw of a JPEG that lacks nothing but its end marker. */
export const NO_END = "The JPEG lacks its end marker; nothing of the picture is missing.";

/** The flaw of a JPEG that has what it should not have, and lacks nothing. */
export const HARMLESS = "The JPEG has small flaws in its structure; nothing of the picture is missing.";

/** The flaw of a progressive JPEG whose later scans are damaged or missing. */
export const COARSE = "The JPEG is damaged or cut short: all rows are there, but some of their detail may be missing.";

/** Returns one sentence on the rows that are not as they were; `null` if all are. */
export function rowFlaw(rows: RowStates): string | null {
  const [missing, broken, doubtful] = [ROW_STATE.missing, ROW_STATE.broken, ROW_STATE.doubtful].map((state) =>
    rows.count(state)
  );
  const of = `of its ${rows.height} rows`;
  if (missing > 0 && broken > 0) {
    return `The JPEG is damaged: ${missing} ${of} are grey in whole or in part, and ${broken} may look wrong.`;
  }
  if (missing > 0) return `The JPEG is damaged or cut short: ${missing} ${of} are grey in whole or in part.`;
  if (broken > 0) return `The JPEG is damaged: ${broken} ${of} may look wrong.`;
  if (doubtful > 0) return `The JPEG has stray bytes: ${doubtful} ${of} may look wrong.`;
  return null;
}
