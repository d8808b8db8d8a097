import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { SQLITE_ERROR_CODE } from "./sqlite_file.ts";

type Row = Record<string, SQLOutputValue>;
/** Values by name, or in the order of the question marks. */
type Parameters = [] | [Record<string, SQLInputValue> | SQLInputValue];

/**
 * A query that throws `home_unusable` if the file cannot be read, or holds a value that dml never
 * writes, such as a whole number that JavaScript does not have. It does not iterate: in Deno 2.9.6
 * `iterate` of `node:sqlite` ends at an error as if there were no more rows.
 */
export class ReadStatement {
  readonly #statement: StatementSync;
  readonly #what: string;

  /** Prepares `sql`; `what` names the file, as in `The ledger`. */
  constructor(database: DatabaseSync, { sql, what }: { sql: string; what: string }) {
    this.#statement = database.prepare(sql);
    this.#what = what;
  }

  all(...parameters: Parameters): Row[] {
    return this.#read(() => this.#statement.all(...asArguments(parameters)));
  }

  get(...parameters: Parameters): Row | undefined {
    return this.#read(() => this.#statement.get(...asArguments(parameters)));
  }

  #read<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      const isOfFile = error instanceof RangeError ||
        (error instanceof Error && "code" in error && error.code === SQLITE_ERROR_CODE);
      if (!isOfFile) throw error;
      throw new DmlError("home_unusable", `${this.#what} cannot be read: ${error.message}.`, {
        cause: error,
        advice: "Restore a backup: `dml help restore`.",
      });
    }
  }
}

/** Both forms of parameters have signatures of their own, of which a spread fits neither. */
function asArguments(parameters: Parameters): [Record<string, SQLInputValue>] {
  return parameters as [Record<string, SQLInputValue>];
}
