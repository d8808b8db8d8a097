import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SqliteLedger } from "../../../master/ledger/sqlite_ledger.ts";
import { SqlitePeopleStore } from "../../../master/people/sqlite_people_store.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ask } from "../../../tests/master/http/http_fixture.ts";
import { ManualClock } from "../../../tests/protocol/manual_clock.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { TokenStore } from "../../../master/access/token_store.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import type { Dice } from "../dice.ts";
import { mutateBytes, randomBytes } from "../mutate_bytes.ts";
import { hostileValue, type Json, mutateJson } from "../mutate_json.ts";
import { writeSampleDatabases } from "../sample_databases.ts";
import { ACCEPTED, type Surface, type World } from "../surface.ts";
import { WatchedMaster } from "../watched_master.ts";

const LISTINGS = [
  "nodes",
  "models",
  "tokens",
  "audit",
  "requirements",
  "models/one/rollouts",
  "galleries",
  "galleries/staff/people",
];
const FILES = ["ledger.sqlite", "people.sqlite"] as const;

/** Rows and pages of the master's databases, and the start of a master with them. */
export const LEDGER: Surface = {
  name: "ledger",
  what: "rows and pages of the ledger and of the store of people, with which a master starts",
  casesPerWorld: 50,
  async open() {
    const directory = await Deno.makeTempDir({ prefix: "dml_fuzz_", dir: await memoryDirectory() });
    await writeSampleDatabases(directory);
    const whole = new Map(FILES.map((name) => [name, Deno.readFileSync(join(directory, name))]));
    return new LedgerWorld(directory, whole);
  },
};

class LedgerWorld implements World {
  constructor(readonly directory: string, readonly whole: ReadonlyMap<string, Uint8Array<ArrayBuffer>>) {}

  async run(dice: Dice): Promise<string> {
    for (const name of FILES) this.#restore(name);
    const name = dice.pick(FILES);
    const path = join(this.directory, name);
    if (dice.oneIn(5)) {
      const bytes = mutateBytes(this.whole.get(name)!, dice);
      dice.note(() => `${name} with changed bytes`);
      Deno.writeFileSync(path, bytes);
    } else changeCell(path, dice);
    return await this.#start();
  }

  /** Puts the whole file back, without what was written beside it. */
  #restore(name: string): void {
    for (
      const other of ["-wal", "-shm", "-journal"].map((suffix) => name + suffix).concat(
        name.replace("sqlite", "witness"),
      )
    ) {
      try {
        Deno.removeSync(join(this.directory, other));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    Deno.writeFileSync(join(this.directory, name), this.whole.get(name)!);
  }

  async #start(): Promise<string> {
    using stack = new DisposableStack();
    const clock = new ManualClock();
    try {
      const ledger = stack.adopt(SqliteLedger.open(join(this.directory, "ledger.sqlite")), (open) => open.close());
      const people = stack.adopt(SqlitePeopleStore.open(join(this.directory, "people.sqlite")), (open) => open.close());
      const tokens = new TokenStore({
        records: ledger.tokens(),
        defaults: null,
        clock,
        random: seededRandom(1),
        log: SILENT_LOG,
      });
      const audit = ledger.audit({ clock, log: SILENT_LOG });
      await using master = await WatchedMaster.start({ ledger, people, tokens, audit });
      for (const listing of LISTINGS) {
        const answer = await ask(master.fixture.master, `/v1/${listing}`);
        const text = await answer.text();
        const isDamage = text.includes(`"home_unusable"`);
        if (answer.status >= 500 && !isDamage) throw new Error(`/v1/${listing} answers ${answer.status}: ${text}`);
      }
      await master.fixture.pass(300);
      await master.check();
      return ACCEPTED;
    } catch (error) {
      if (error instanceof DmlError && error.code === "home_unusable") return error.code;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** Returns a directory in memory, where every write need not wait for a disk, if this host has one. */
async function memoryDirectory(): Promise<string | undefined> {
  try {
    return (await Deno.stat("/dev/shm")).isDirectory ? "/dev/shm" : undefined;
  } catch {
    return undefined;
  }
}

/** Puts another value into one cell of one row. */
function changeCell(path: string, dice: Dice): void {
  using database = new DatabaseSync(path);
  database.exec("PRAGMA foreign_keys = OFF; PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF;");
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all()
    .map(({ name }) => String(name)).filter((table) => database.prepare(`SELECT 1 FROM ${table}`).get() !== undefined);
  const table = dice.pick(tables);
  // The audit forbids changes.
  database.exec("DROP TRIGGER IF EXISTS audit_is_final");
  const row = dice.pick(database.prepare(`SELECT rowid AS row_number, * FROM ${table}`).all());
  const column = dice.pick(Object.keys(row).filter((name) => name !== "row_number"));
  const value = changedValue(row[column], dice);
  dice.note(() => `${table}.${column} of ${Deno.inspect(row)} is ${Deno.inspect(value)}`);
  try {
    database.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(value, row.row_number);
  } catch (error) {
    // A value that the table itself refuses cannot be there.
    if (!(error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR")) throw error;
  }
}

type Cell = string | number | bigint | null | Uint8Array<ArrayBuffer>;

function changedValue(value: unknown, dice: Dice): Cell {
  if (value instanceof Uint8Array) return dice.oneIn(2) ? mutateBytes(value.slice(), dice) : randomBytes(40, dice);
  if (typeof value === "string" && /^[[{]/.test(value)) return JSON.stringify(mutateJson(JSON.parse(value), dice));
  const mutated: Json = dice.oneIn(3) ? hostileValue(dice) : mutateJson(value as Json, dice);
  if (typeof value === "number") {
    return dice.pick([0, -1, 1, 2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n, Math.trunc(value) + 1, 0.5, null, 9e15]);
  }
  return typeof mutated === "string" ? mutated.toWellFormed() : mutated === null ? null : JSON.stringify(mutated);
}
