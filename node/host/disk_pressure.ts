import { freeDiskBytes } from "../../protocol/host/free_disk.ts";
import type { HostPressure } from "./capabilities.ts";

/**
 * Returns the free space on the disk that holds `directory`, as far as this account may use it;
 * nothing if the system does not tell. A requirement on it is then reported as unknown.
 */
export function diskPressure(directory: string): Pick<HostPressure, "diskFreeBytes"> {
  const diskFreeBytes = freeDiskBytes(directory);
  return diskFreeBytes === null ? {} : { diskFreeBytes };
}
