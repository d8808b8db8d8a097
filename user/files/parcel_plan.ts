import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Segment } from "../../protocol/messages/files.ts";

/** Share of a parcel that is too small to begin a large file in it. */
const SMALL_SHARE = 0.25;

/** A file of which the bytes from `start` are wanted; `null` if none are. */
export type WantedBytes = { readonly size: number; readonly start: number } | null;

/**
 * Yields the segments of each parcel: small files whole and many together, large files in slices,
 * those of one file in their order.
 */
export function* parcelsOf(
  files: readonly WantedBytes[],
  { bytesMax = LIMITS.filePieceBytes }: { bytesMax?: number } = {},
): Generator<Segment[]> {
  let segments: Segment[] = [];
  let room = bytesMax;
  for (const [file, wanted] of files.entries()) {
    if (wanted === null) continue;
    const { size } = wanted;
    let offset = wanted.start;
    do {
      const left = size - offset;
      if (segments.length > 0 && left > room && room < SMALL_SHARE * bytesMax) {
        yield segments;
        [segments, room] = [[], bytesMax];
      }
      const bytes = Math.min(left, room);
      segments.push({ file, offset, bytes });
      offset += bytes;
      room -= bytes;
      if (room === 0 || segments.length === LIMITS.fileBatchFilesMax) {
        yield segments;
        [segments, room] = [[], bytesMax];
      }
    } while (offset < size);
  }
  if (segments.length > 0) yield segments;
}
