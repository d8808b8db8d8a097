import { freeDiskBytes } from "../../protocol/host/free_disk.ts";
import type { HostPressure } from "./capabilities.ts";

/**
 * Returns the free space on the disk that holds `directory`, as far as this account may use it;
 * nothing if the system does not tell: the node works without this figure, and a requirement on it
 * is reported as unknown.
 */
export function diskPressure(directory: string): Pick<HostPressure, "diskFreeBytes"> {
  const diskFreeBytes = freeDiskBytes(directory);
  return diskFreeBytes === null ? {} : { diskFreeBytes };
}
