import type { DatabaseSync, StatementSync } from "node:sqlite";
import { invariant } from "../../protocol/kernel/invariant.ts";
import { type Log, SILENT_LOG } from "../../protocol/kernel/log.ts";
import { checkLoss } from "./loss.ts";
import { inTransaction } from "./sqlite_file.ts";
import { type Testimony, WitnessFile } from "./witness_file.ts";

/** Number of changes whose marks a database keeps, for a witness that lags behind. */
const MARKS_KEPT = 1_024;

/** Description of a database whose changes are witnessed. */
export interface WitnessedDatabase {
  /** Name in messages, such as `The ledger`. */
  readonly what: string;
  /** Tables whose rows are counted, each under the name that messages have for its rows. */
  readonly tables: Readonly<Record<string, string>>;
}

/** Settings with which a witnessed database is opened. */
export interface WitnessOptions {
  /** True to go on with what is there if acknowledged changes are missing. */
  readonly acceptsLoss?: boolean;
  readonly log?: Log;
}

/**
 * The changes that a database has acknowledged. Each transaction is numbered and marked with random
 * bytes in the database itself; its number and mark are then written into a second file, before the
 * change is acknowledged. So the database is never behind that file, whatever interrupts the
 * process, unless changes were lost; it may be ahead.
 */
export class AcknowledgedChanges implements Disposable {
  readonly #database: DatabaseSync;
  readonly #what: string;
  readonly #log: Log;
  readonly #witness: WitnessFile | null;
  readonly #mark: StatementSync;
  readonly #drop: StatementSync;
  readonly #count: StatementSync;

  private constructor(
    database: DatabaseSync,
    { path, described: { what, tables }, log }: { path: string; described: WitnessedDatabase; log: Log },
  ) {
    this.#database = database;
    this.#what = what;
    this.#log = log;
    this.#mark = database.prepare(
      `INSERT INTO acknowledged (changes, mark)
       VALUES ((SELECT coalesce(max(changes), 0) + 1 FROM acknowledged), randomblob(16))
       RETURNING changes, hex(mark) AS mark`,
    );
    this.#drop = database.prepare("DELETE FROM acknowledged WHERE changes <= ?");
    this.#count = database.prepare(countQuery(tables));
    const witnessPath = witnessPathOf(path);
    this.#witness = witnessPath === null ? null : new WitnessFile(witnessPath);
  }

  /**
   * Witnesses the changes of the opened `database` at `path` from now on. Call
   * {@linkcode checkAcknowledged} before the database is opened.
   */
  static open(
    database: DatabaseSync,
    { path, described, log = SILENT_LOG }: { path: string; described: WitnessedDatabase; log?: Log },
  ): AcknowledgedChanges {
    // Beside the numbered versions of the schema, because an older dml is not disturbed by it.
    database.exec("CREATE TABLE IF NOT EXISTS acknowledged (changes INTEGER PRIMARY KEY, mark BLOB NOT NULL) STRICT");
    const changes = new AcknowledgedChanges(database, { path, described, log });
    const newest = database.prepare("SELECT changes, hex(mark) AS mark FROM acknowledged ORDER BY changes DESC").get();
    changes.#testify(newest ?? { changes: 0, mark: "" });
    return changes;
  }

  /**
   * Runs `write` in a transaction and returns once it is stored and witnessed. Throws as
   * {@linkcode inTransaction} does, and then nothing is stored.
   */
  transact(options: { what: string; write: () => void }): void {
    let marked: unknown;
    inTransaction(this.#database, {
      ...options,
      write: () => {
        options.write();
        marked = this.#mark.get();
        this.#drop.run(numberOf(marked) - MARKS_KEPT);
      },
    });
    this.#testify(marked);
  }

  [Symbol.dispose](): void {
    this.#witness?.[Symbol.dispose]();
  }

  #testify(marked: unknown): void {
    const held = Object.fromEntries(
      Object.entries(this.#count.get() ?? {}).map(([name, count]) => [name, Number(count)]),
    );
    const testimony: Testimony = { changes: numberOf(marked), mark: markOf(marked), held };
    try {
      this.#witness?.write(testimony);
    } catch (error) {
      // The change is stored. A witness that lags behind only proves less.
      this.#log.warn(`${this.#what} cannot note beside it what it holds.`, { error: String(error) });
    }
  }
}

/**
 * Throws `home_unusable` if the database at `path` lacks acknowledged changes, before anything
 * touches its files; if the loss is accepted, logs it instead, and forgets what is missing.
 */
export function checkAcknowledged(
  path: string,
  { described, acceptsLoss = false, log = SILENT_LOG }: { described: WitnessedDatabase } & WitnessOptions,
): void {
  const witnessPath = witnessPathOf(path);
  if (witnessPath === null) return;
  const loss = checkLoss({ path, witnessPath, what: described.what, countQuery: countQuery(described.tables) });
  if (loss === null) return;
  if (!acceptsLoss) throw loss;
  log.warn(`${loss.message} The master goes on without them, because it was started with --accept-loss.`);
  Deno.removeSync(witnessPath);
}

/** Returns the path of the file beside the database at `path`; `null` if that is in memory. */
export function witnessPathOf(path: string): string | null {
  return path === ":memory:" ? null : `${path.replace(/\.sqlite$/, "")}.witness`;
}

function countQuery(tables: WitnessedDatabase["tables"]): string {
  const counts = Object.entries(tables).map(([name, table]) => `(SELECT COUNT(*) FROM ${table}) AS ${name}`);
  return `SELECT ${counts.join(", ")}`;
}

function numberOf(marked: unknown): number {
  invariant(typeof marked === "object" && marked !== null && "changes" in marked, "a change is numbered");
  return Number(marked.changes);
}

function markOf(marked: unknown): string {
  invariant(typeof marked === "object" && marked !== null && "mark" in marked, "a change is marked");
  return String(marked.mark);
}
