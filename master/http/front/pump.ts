import { BufferPool } from "../../../protocol/kernel/buffer_pool.ts";

/** Size of the reads of a connection on which little arrives. */
export const SMALL_READ_BYTES = 4 * 1024;
/** Size of reads once a small one was full: a picture or a blob arrives. */
const LARGE_READ_BYTES = 128 * 1024;

/** Memory for large reads, which an idle connection does not keep. */
const large = new BufferPool(LARGE_READ_BYTES);

/**
 * Copies all bytes that arrive on `from` to `to`. Returns true once `from` has ended, false if `to`
 * takes no more. `small` is memory for the reads. Throws if `from` breaks.
 */
export async function pump(
  from: Deno.TcpConn,
  { to, small, onBytes }: { to: Deno.TcpConn; small: Uint8Array<ArrayBuffer>; onBytes: () => void },
): Promise<boolean> {
  let buffer = small;
  try {
    while (true) {
      const count = await from.read(buffer);
      if (count === null) return true;
      onBytes();
      if (!await isTaken(buffer.subarray(0, count), to)) return false;
      if (count === buffer.length) {
        if (buffer === small) buffer = large.take(LARGE_READ_BYTES);
      } else if (count <= small.length && buffer !== small) {
        large.release(buffer);
        buffer = small;
      }
    }
  } finally {
    if (buffer !== small) large.release(buffer);
  }
}

/** Writes all of `bytes`. Returns false if `to` is closed or broken. */
async function isTaken(bytes: Uint8Array, to: Deno.TcpConn): Promise<boolean> {
  try {
    await writeAll(to, bytes);
    return true;
  } catch {
    return false;
  }
}

/** Writes all of `bytes`. */
export async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await to.write(bytes.subarray(written));
}

/** Reads and drops all bytes that arrive on `from`, until it ends. Throws if it breaks. */
export async function discard(from: Deno.TcpConn, { small }: { small: Uint8Array<ArrayBuffer> }): Promise<void> {
  while (await from.read(small) !== null);
}
