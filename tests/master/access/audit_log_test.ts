import { MemoryAuditLog } from "../../../master/access/audit_log.ts";
import { SqliteLedger } from "../../../master/ledger/sqlite_ledger.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { assertEquals } from "../../assert.ts";
import { testAuditLog } from "../../contract/audit_log_contract.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

testAuditLog("MemoryAuditLog", (clock) => ({
  audit: new MemoryAuditLog(clock),
  entriesMax: LIMITS.auditEntriesMax,
  close() {},
}));

testAuditLog("SqliteAudit", (clock) => {
  const ledger = SqliteLedger.open(":memory:");
  const entriesMax = 10;
  return { audit: ledger.audit({ clock, log: SILENT_LOG, entriesMax }), entriesMax, close: () => ledger.close() };
});

Deno.test("SqliteAudit.record() logs what it cannot write, and does not throw", () => {
  const logged: unknown[] = [];
  const ledger = SqliteLedger.open(":memory:");
  const log = { ...SILENT_LOG, error: (_: string, fields: object = {}) => void logged.push(fields) };
  const audit = ledger.audit({ clock: new ManualClock(), log });
  ledger.close();
  audit.record({ actor: "admin", action: "person.remove", subject: "home/Ada" });
  assertEquals(logged.map((fields) => JSON.stringify(fields).includes("home/Ada")), [true]);
});
