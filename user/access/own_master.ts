import { join } from "node:path";
import { type HostEnvironment, resolveHome } from "../../protocol/host/home_path.ts";
import { ADDRESS_FILE, MASTER_DIRECTORY, TOKENS_FILE } from "../../protocol/host/master_files.ts";
import { withPin } from "../../protocol/security/pin.ts";
import { SYSTEM_HOME } from "../service/service_place.ts";

/** A master on this host, as its data directory tells it. */
export interface OwnMaster {
  /** Address for this host, `HOST:PORT`. */
  readonly here: string;
  /** Address for other hosts. */
  readonly elsewhere: string;
  /** Token of the admin, with the pin of the master if it has one; `null` for a master that has never needed one. */
  readonly adminToken: string | null;
}

/**
 * Returns the data directories in which a master of this host may be: `home` if it is named, else
 * that of the account and that of a service of the host.
 */
export function homesOfMasters(home: string | null, host: HostEnvironment): string[] {
  if (home !== null) return [home];
  try {
    return [...new Set([resolveHome(host), SYSTEM_HOME])];
  } catch {
    return [SYSTEM_HOME]; // The account has no place for data, and so no master.
  }
}

/** Returns the paths of the files that {@linkcode findOwnMaster} reads in `home`. */
export function filesOfMaster(home: string): string[] {
  return [ADDRESS_FILE, TOKENS_FILE].map((name) => join(home, MASTER_DIRECTORY, name));
}

/**
 * Returns the first master that one of the data directories `homes` tells about; `null` if this
 * account can read of none.
 */
export function findOwnMaster(homes: readonly string[]): OwnMaster | null {
  for (const home of homes) {
    const [address, tokens] = filesOfMaster(home).map(readFields);
    const [here, elsewhere] = [address?.get("here"), address?.get("elsewhere")];
    if (here === undefined || elsewhere === undefined) continue;
    const [adminToken = null, pin] = [tokens?.get("admin"), address?.get("pin")];
    return {
      here,
      elsewhere,
      adminToken: adminToken !== null && pin !== undefined ? withPin(adminToken, pin) : adminToken,
    };
  }
  return null;
}

/** Returns the texts in the JSON object at `path` by their names; `null` if it cannot be read. */
function readFields(path: string): Map<string, string> | null {
  try {
    const value: unknown = JSON.parse(Deno.readTextFileSync(path));
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    return null; // There is no master here, or it is another account's.
  }
}
