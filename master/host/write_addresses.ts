import { join } from "node:path";
import { writeJsonFile } from "../../protocol/host/json_file.ts";
import { ADDRESS_FILE, type MasterAddresses } from "../../protocol/host/master_files.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";

/**
 * Writes where the master listens into its directory, so that `dml token` finds it on this host. A
 * failure is logged: the master does not need the file itself.
 */
export async function writeAddresses(
  masterPath: string,
  options: { addresses: MasterAddresses; log: Log },
): Promise<void> {
  try {
    await writeJsonFile(join(masterPath, ADDRESS_FILE), options.addresses);
  } catch (error) {
    const { message } = asDmlError(error);
    options.log.warn("The address of the master could not be written; name it to `dml token`.", { error: message });
  }
}
