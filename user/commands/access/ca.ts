import { formatAddress } from "../../../protocol/http_api/address.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { MasterTrust } from "../../../protocol/security/master_trust.ts";
import type { CaCommand } from "../../cli/access/access_command.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import { DEFAULT_MASTER } from "../../client/default_master.ts";
import { fileReason } from "../../terminal/file_reason.ts";
import { printable } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";

/** Ports of `dml ca`. */
export interface CaContext {
  readonly terminal: Terminal;
  /** Returns by which authority the master of the command is recognised; `null` if it has none. */
  readonly recognise: () => Promise<MasterTrust>;
}

/**
 * Writes the certificate of the master's authority. Returns the exit code. Throws `not_found` if none
 * is known to be the master's, or `output_unwritable`.
 */
export async function runCa({ file, master }: CaCommand, { terminal, recognise }: CaContext): Promise<number> {
  const trust = await recognise();
  const name = formatAddress(master ?? DEFAULT_MASTER);
  if (trust === null) {
    const sentence = `The master at ${name} speaks no TLS, or nothing says how to recognise it.`;
    throw new DmlError("not_found", sentence, {
      advice: "Name the whole token that it printed with --token, or `dml login` with it first.",
    });
  }
  if (file === null) {
    terminal.out(trust.ca);
    return EXIT_OK;
  }
  try {
    await Deno.writeTextFile(file, trust.ca);
  } catch (cause) {
    throw new DmlError("output_unwritable", `${printable(file)} cannot be written: ${fileReason(cause)}.`, { cause });
  }
  terminal.error(`The certificate of the authority of ${name} is in ${printable(file)}.\n`);
  return EXIT_OK;
}
