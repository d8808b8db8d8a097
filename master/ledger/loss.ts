import { DatabaseSync } from "node:sqlite";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { readTestimony, type Testimony } from "./witness_file.ts";

const ADVICE =
  "Stop here and bring back a backup with `dml restore`; or go on for good with what is there: `dml serve --accept-loss`.";

/** The database to check, and the file beside it. */
export interface CheckedDatabase {
  readonly path: string;
  readonly witnessPath: string;
  /** Name in messages, such as `The ledger`. */
  readonly what: string;
  /** Query whose only row has the numbers of rows by name, as in the testimony. */
  readonly countQuery: string;
}

/** The state of a database that was opened to be read only. */
interface Found {
  readonly changes: number;
  /** Mark of the change that the witness saw last; `null` if the database does not keep it. */
  readonly mark: string | null;
  readonly held: Readonly<Record<string, number>>;
}

const NOTHING: Found = { changes: 0, mark: null, held: {} };

/**
 * Returns the error about changes that the database once acknowledged and lacks now; `null` if none
 * are missing, or if there is no witness. Changes no file. A damaged database is left to the check
 * of its integrity.
 */
export function checkLoss({ path, witnessPath, what, countQuery }: CheckedDatabase): DmlError | null {
  const testimony = readTestimony(witnessPath);
  if (testimony === null || testimony.changes === 0) return null;
  const size = sizeOf(path);
  if (size === null) return lossOf(testimony, { subject: `${what} ${path} is gone`, found: NOTHING });
  if (size === 0) return lossOf(testimony, { subject: `${what} ${path} is empty`, found: NOTHING });
  const found = look(path, { testimony, countQuery });
  if (found === null) return null;
  if (found.changes < testimony.changes) {
    return lossOf(testimony, { subject: `${what} ${path} has lost data`, found });
  }
  if (found.mark === null || found.mark === testimony.mark) return null;
  return new DmlError(
    "home_unusable",
    `${what} ${path} is not the file that this master last wrote: another copy of it was changed since.`,
    { advice: ADVICE },
  );
}

/** Returns the state of the database at `path`; `null` if it cannot be read. */
function look(path: string, { testimony, countQuery }: { testimony: Testimony; countQuery: string }): Found | null {
  let database: DatabaseSync | null = null;
  try {
    // To be read only: closing it then neither writes the log back nor deletes it.
    database = new DatabaseSync(path, { readOnly: true });
    const marks = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'acknowledged'").get();
    if (marks === undefined) return NOTHING;
    const newest = database.prepare("SELECT max(changes) AS changes FROM acknowledged").get();
    const marked = database.prepare("SELECT hex(mark) AS mark FROM acknowledged WHERE changes = ?").get(
      testimony.changes,
    );
    const counts = Object.entries(database.prepare(countQuery).get() ?? {});
    return {
      changes: Number(newest?.changes ?? 0),
      mark: marked === undefined ? null : String(marked.mark),
      held: Object.fromEntries(counts.map(([name, count]) => [name, Number(count)])),
    };
  } catch {
    return null; // The check of its integrity says what is wrong, once it is opened.
  } finally {
    database?.close();
  }
}

function lossOf({ changes, held }: Testimony, { subject, found }: { subject: string; found: Found }): DmlError {
  const counts = Object.entries(held).map(([name, count]) => `${found.held[name] ?? 0} of ${count} ${name}`);
  const missing = changes - found.changes;
  const ofChanges = missing === 1 ? "1 acknowledged change is" : `${missing} acknowledged changes are`;
  return new DmlError("home_unusable", `${subject}: ${ofChanges} missing. It holds ${counts.join(", ")}.`, {
    advice: ADVICE,
  });
}

function sizeOf(path: string): number | null {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
