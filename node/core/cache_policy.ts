import type { Digest } from "../../protocol/kernel/digest.ts";

/** A model file or manifest on the disk of this node. */
export interface CachedFile {
  readonly digest: Digest;
  readonly size: number;
  /** Time of the last use, in milliseconds since the Unix epoch; 0 if it is not known. */
  readonly usedAtMs: number;
}

/**
 * Files to evict, in this order, and the number of bytes that still do not fit if evicting all
 * candidates is not enough.
 */
export interface Eviction {
  readonly evict: readonly CachedFile[];
  readonly shortBytes: number;
}

/**
 * Chooses the files to evict so that `neededBytes` more fit under `bytesMax`: least recently used
 * first, never a file in use. Evicts nothing if that would not be enough.
 */
export function evictionFor(
  files: readonly CachedFile[],
  { bytesMax, neededBytes, inUse }: { bytesMax: number; neededBytes: number; inUse: ReadonlySet<Digest> },
): Eviction {
  const heldBytes = files.reduce((bytes, { size }) => bytes + size, 0);
  let shortBytes = heldBytes + neededBytes - bytesMax;
  const evict: CachedFile[] = [];
  for (const file of leastRecent(files)) {
    if (shortBytes <= 0) break;
    if (inUse.has(file.digest)) continue;
    evict.push(file);
    shortBytes -= file.size;
  }
  return shortBytes > 0 ? { evict: [], shortBytes } : { evict, shortBytes: 0 };
}

/** Returns the file to evict next, or `undefined` if all files are in use. */
export function leastRecentlyUsed(files: readonly CachedFile[], inUse: ReadonlySet<Digest>): CachedFile | undefined {
  return leastRecent(files).find(({ digest }) => !inUse.has(digest));
}

function leastRecent(files: readonly CachedFile[]): CachedFile[] {
  return [...files].sort((one, other) => one.usedAtMs - other.usedAtMs || (one.digest < other.digest ? -1 : 1));
}
