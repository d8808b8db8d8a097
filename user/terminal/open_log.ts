import type { Log } from "../../protocol/kernel/log.ts";
import type { Presentation } from "../cli/command.ts";
import type { Terminal } from "./terminal.ts";

/** Opens the log of a command, which goes to the terminal. The library is loaded only then. */
export async function openLog(
  { logLevel: level, logFormat: format }: Presentation,
  terminal: Terminal,
): Promise<Log> {
  const { openLog } = await import("../../protocol/host/logtape_log.ts");
  return openLog({ level, format, color: terminal.errorColor, write: (line) => terminal.error(line) }).log;
}
