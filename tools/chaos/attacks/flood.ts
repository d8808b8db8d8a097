/** The beginning of a request whose end never comes. */
export const HALF_A_HEAD = new TextEncoder().encode("GET /v1/health HTTP/1.1\r\nHost: x\r\n");

export interface FloodOptions {
  readonly count: number;
  /** Bytes that each connection sends. */
  readonly bytes: Uint8Array;
  readonly hostname?: string;
}

/** Connections of a flood, all of which the client keeps. */
export class Flood implements Disposable {
  readonly #connections: Deno.TcpConn[] = [];

  async open(port: number, { count, bytes, hostname = "127.0.0.1" }: FloodOptions): Promise<void> {
    const openOne = async () => {
      const connection = await connected({ hostname, port });
      if (connection === null) return;
      this.#connections.push(connection);
      // The master may have closed it already.
      await connection.write(bytes).catch(() => {});
    };
    for (let left = count; left > 0; left -= 100) {
      await Promise.all(Array.from({ length: Math.min(left, 100) }, openOne));
    }
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }
}

/** Returns a connection; `null` if the master has closed it already. */
async function connected(address: Deno.ConnectOptions): Promise<Deno.TcpConn | null> {
  try {
    return await Deno.connect(address);
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset) return null;
    throw error;
  }
}

/** Returns the beginning of a picture of `announced` bytes, of which ten come. */
export function beginningOfUpload(announced: number): Uint8Array<ArrayBuffer> {
  const head = `POST /v1/predictions?model=faces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${announced}\r\n\r\n`;
  return new TextEncoder().encode(`${head}\xff\xd8 a photo`.slice(0, head.length + 10));
}
