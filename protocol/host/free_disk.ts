import { statfsSync } from "node:fs";

/**
 * Returns the free space on the disk that holds `directory`, as far as this account may use it;
 * `null` if the system does not tell.
 */
export function freeDiskBytes(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory);
    const bytes = bavail * bsize;
    return Number.isSafeInteger(bytes) ? bytes : null;
  } catch {
    return null; // a figure, which nobody depends on
  }
}
