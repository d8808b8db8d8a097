import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { AuditCommand } from "../../cli/access/access_command.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import type { AccessClient } from "../../client/access_client.ts";
import { renderAudit } from "../../reports/audit_table.ts";
import type { Terminal } from "../../terminal/terminal.ts";

/** Lists who did what in the time that `command` names. Returns the exit code. */
export async function runAudit(
  command: Pick<AuditCommand, "sinceMs" | "json">,
  { access, clock, terminal }: { access: AccessClient; clock: Clock; terminal: Terminal },
): Promise<number> {
  const sinceMs = Math.max(0, Math.round(clock.wallMs() - command.sinceMs));
  const entries = [];
  let dropped = 0;
  for (let after: number | null = 0; after !== null;) {
    const page = await access.audit({ sinceMs, after });
    dropped = page.dropped;
    if (command.json) { for (const entry of page.entries) terminal.out(jsonLine(entry)); }
    else entries.push(...page.entries);
    after = page.next;
  }
  if (command.json) return EXIT_OK;
  if (entries.length === 0) {
    terminal.out("Nothing was done in this time; --since goes further back.\n");
    return EXIT_OK;
  }
  terminal.out(renderAudit(entries, { columnsMax: terminal.outColumns, color: terminal.outColor }));
  if (dropped > 0 && entries[0].entryId === dropped + 1) terminal.out(droppedText(dropped));
  return EXIT_OK;
}

function droppedText(dropped: number): string {
  const kept = LIMITS.auditEntriesMax.toLocaleString("en");
  const older = dropped === 1 ? "1 older entry was" : `${dropped.toLocaleString("en")} older entries were`;
  return `${older} dropped; ${kept} are kept.\n`;
}
