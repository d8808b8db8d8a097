import { statfsSync } from "node:fs";
import type { HostPressure } from "./capabilities.ts";

/**
 * Returns the free space on the disk that holds `directory`, as far as this account may use it;
 * nothing if the system does not tell.
 */
export function diskPressure(directory: string): Pick<HostPressure, "diskFreeBytes"> {
  try {
    const { bavail, bsize } = statfsSync(directory);
    const diskFreeBytes = bavail * bsize;
    return Number.isSafeInteger(diskFreeBytes) ? { diskFreeBytes } : {};
  } catch {
    return {}; // the node works without this figure, and a requirement on it is reported as unknown
  }
}
