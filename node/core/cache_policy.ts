import type { Digest } from "../../protocol/kernel/digest.ts";

/** A file of a model on this node's disk. */
export interface CachedFile {
  readonly digest: Digest;
  readonly size: number;
  /** Milliseconds since the Unix epoch; 0 when nobody knows. */
  readonly usedAtMs: number;
}

/** What is to go, in this order, and how many bytes are still missing when all of it went. */
export interface Eviction {
  readonly evict: readonly CachedFile[];
  readonly shortBytes: number;
}

/**
 * Which files make room for `neededBytes` more under `bytesMax`: those that were not used for longest, and never one in use.
 * Nothing goes when it would not be enough.
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

/** The file that goes first, or undefined when all are in use. */
export function leastRecentlyUsed(files: readonly CachedFile[], inUse: ReadonlySet<Digest>): CachedFile | undefined {
  return leastRecent(files).find(({ digest }) => !inUse.has(digest));
}

function leastRecent(files: readonly CachedFile[]): CachedFile[] {
  return [...files].sort((one, other) => one.usedAtMs - other.usedAtMs || (one.digest < other.digest ? -1 : 1));
}
