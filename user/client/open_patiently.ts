import type { MasterChoice } from "../cli/access/master_choice.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { MasterHttp } from "./http/master_http.ts";
import { openMasterHttp } from "./open_cluster.ts";
import { retryNotice } from "./retry/retry_notice.ts";

/** Ports of a command that asks a master. */
export interface PatientContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** Opens the master of a command, and says so on the terminal when it has to be waited for. */
export async function openPatiently(
  command: MasterChoice & { readonly outageMs?: number },
  context: PatientContext,
): Promise<MasterHttp> {
  const onRetry = retryNotice((sentences) => context.terminal.error(`${sentences}\n`), command);
  return await openMasterHttp({ ...context, ...command, onRetry });
}
