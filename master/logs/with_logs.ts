import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { KnownSecrets } from "../../protocol/kernel/logs/redaction.ts";
import { LogStore } from "./log_store.ts";

/** The logs of a master, and the secrets that they must not contain. */
export interface Logging {
  readonly logs: LogStore;
  readonly secrets: KnownSecrets;
}

/**
 * Runs `work` with the logs in `directory`, which `printed` prints too, and closes them. An error
 * that ends the work is kept in them.
 */
export async function withLogs(
  directory: string,
  { printed, work }: { printed: Log; work: (logging: Logging) => Promise<void> },
): Promise<void> {
  const secrets = new KnownSecrets();
  const redact = (text: string) => secrets.redact(text);
  const logs = await LogStore.open(directory, { clock: SYSTEM_CLOCK, printed, redact });
  try {
    await work({ logs, secrets });
  } catch (error) {
    const { code, message } = asDmlError(error);
    logs.log.keptOnly("error", "The master has ended.", { code, reason: message });
    throw error;
  } finally {
    await logs.close();
  }
}
