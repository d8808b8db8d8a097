import { DatabaseSync } from "node:sqlite";
import { removeIfThere } from "../../protocol/host/durable_file.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** Pages in the log after which SQLite writes them back by itself; the default of SQLite. */
const CHECKPOINT_PAGES = 1_000;
const LOG_SUFFIX = "-wal";
/** The log, and the index of it that connections share. */
const BESIDE = [LOG_SUFFIX, "-shm"];

/**
 * The write-ahead log of an open database, the only connection to its file. While a copy is made
 * nothing is written back, so that the file does not change and the log only grows. Reading the
 * file beside SQLite gives up the locks that this process holds on it (POSIX), which are to keep
 * other processes away; the lock of the data directory does that.
 */
export class WriteAheadLog {
  readonly #database: DatabaseSync;
  readonly #path: string;
  #copies = 0;
  #isTruncationDue = false;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  /** Writes the log back and empties it; once the copies are made, if any are. */
  truncate(): void {
    this.#isTruncationDue = this.#copies > 0;
    if (!this.#isTruncationDue) this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /**
   * Copies the database as it is now, or a little later, to a new file at `path`, while it is in
   * use. The system copies the files meanwhile: `backup` of `node:sqlite` does not let go of this
   * thread, whatever its rate (0.35 s for 200 MB, and so much longer on a slow disk). Throws
   * `shutting_down` if the database is closed meanwhile.
   */
  async copyTo(path: string): Promise<void> {
    this.#hold();
    try {
      await Deno.copyFile(this.#path, path);
      await copyIfThere(this.#path + LOG_SUFFIX, path + LOG_SUFFIX);
      // Closing writes the log back, perhaps while it was copied.
      if (!this.#database.isOpen) throw new DmlError("shutting_down", "The copy of a database was interrupted.");
      mergeLog(path);
      using file = await Deno.open(path, { read: true, write: true });
      await file.sync();
    } catch (error) {
      for (const suffix of ["", ...BESIDE]) await removeIfThere(path + suffix);
      throw error;
    } finally {
      this.#release();
    }
  }

  #hold(): void {
    this.#copies++;
    this.#database.exec("PRAGMA wal_autocheckpoint = 0");
  }

  #release(): void {
    this.#copies--;
    if (this.#copies > 0 || !this.#database.isOpen) return;
    this.#database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    if (this.#isTruncationDue) this.truncate();
  }
}

/** Makes one file of a copied database and the log beside it, which may end amid a change. */
function mergeLog(path: string): void {
  using copy = new DatabaseSync(path);
  copy.exec("PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE");
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await Deno.copyFile(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
