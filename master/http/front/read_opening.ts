import { HELLO_BYTES_MAX, serverNameIn, TLS_HANDSHAKE } from "./server_name.ts";

/** The beginning of a connection. */
export interface Opening {
  /** All bytes that were read. */
  readonly bytes: Uint8Array;
  readonly isTls: boolean;
  /** Host name that a client of TLS wants to reach; `null` if it names none. */
  readonly serverName: string | null;
}

/**
 * Reads as much of a connection as tells whether it is of TLS, and which host it is for. Returns
 * `null` if it ends before. `small` is memory for the reads; the result may lie in it.
 */
export async function readOpening(from: Deno.TcpConn, small: Uint8Array<ArrayBuffer>): Promise<Opening | null> {
  let buffer = small;
  let length = 0;
  while (true) {
    const count = await from.read(buffer.subarray(length));
    if (count === null) return null;
    length += count;
    const bytes = buffer.subarray(0, length);
    if (bytes[0] !== TLS_HANDSHAKE) return { bytes, isTls: false, serverName: null };
    const found = serverNameIn(bytes);
    if ("name" in found) return { bytes, isTls: true, serverName: found.name };
    if (found.neededBytes <= buffer.length) continue;
    const larger = new Uint8Array(HELLO_BYTES_MAX);
    larger.set(bytes);
    buffer = larger;
  }
}
