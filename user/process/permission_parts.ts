import { isAbsolute, resolve } from "node:path";
import { formatAddress } from "../../protocol/http_api/address.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import type { MasterChoice } from "../cli/access/master_choice.ts";
import type { ServeCommand } from "../cli/command.ts";
import { DEFAULT_MASTER } from "../client/default_master.ts";
import type { Permissions } from "./permission_set.ts";
import type { ProcessFacts } from "./process_place.ts";

/** Returns the addresses on which a master listens. */
export function listensOn({ host, port, controlPort, plain }: ServeCommand): string[] {
  const own = [port, controlPort].map((port) => ({ hostname: host, port }));
  return [...own, ...(plain === null ? [] : [plain.address])].map(formatAddress);
}

/** Returns the absolute path of a file that a command names, in a list that is empty without one. */
export function fileIn(path: string | null, { currentDirectory }: { currentDirectory: string }): string[] {
  return path === null ? [] : [resolve(currentDirectory, path)];
}

/** Returns the permission to use the data directory, which a role always has. */
export function inHome({ home }: ProcessFacts): Pick<Permissions, "read" | "write"> {
  invariant(home !== null && isAbsolute(home), "the data directory of a role is known");
  return { read: [home], write: [home] };
}

/** Returns the address of the master that a command asks. */
export function masterOf({ master }: MasterChoice): Address {
  return master ?? DEFAULT_MASTER;
}

/** Returns the permission to dial `hostname` at any port. */
export function hostPermission(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

/** Returns `texts` without duplicates, in their order. */
export function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
