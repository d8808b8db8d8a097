import { resolve } from "node:path";
import { formatAddress } from "../../protocol/http_api/address.ts";
import type { ServeCommand } from "../cli/command.ts";

/** Returns the addresses on which a master listens. */
export function listensOn({ host, port, controlPort, plain }: ServeCommand): string[] {
  const own = [port, controlPort].map((port) => ({ hostname: host, port }));
  return [...own, ...(plain === null ? [] : [plain.address])].map(formatAddress);
}

/** Returns the absolute path of a file that a command names, in a list that is empty without one. */
export function fileIn(path: string | null, { currentDirectory }: { currentDirectory: string }): string[] {
  return path === null ? [] : [resolve(currentDirectory, path)];
}
