import { formatAddress } from "../../protocol/http_api/address.ts";
import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import { EXIT_OK } from "../cli/exit.ts";
import type { StatusCommand } from "../cli/status/status_command.ts";
import { DEFAULT_MASTER } from "../client/default_master.ts";
import type { StatusClient } from "../client/status_client.ts";
import { renderStatus } from "../reports/status_report.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Prints how the cluster is doing. Returns the exit code. */
export async function runStatus(
  { json, master }: Pick<StatusCommand, "json" | "master">,
  { terminal, client }: { terminal: Terminal; client: StatusClient },
): Promise<number> {
  const status = await client.status();
  const address = formatAddress(master ?? DEFAULT_MASTER);
  terminal.out(json ? jsonLine(status) : renderStatus(status, { address, columnsMax: terminal.outColumns }));
  return EXIT_OK;
}
