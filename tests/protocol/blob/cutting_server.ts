/** Number of bytes after which a connection is closed, or after which it stalls. */
export type Cut = number | { stallAfter: number };

/** Server of one blob that cuts its first connections, and a record of its requests. */
export interface CuttingServer extends AsyncDisposable {
  readonly url: string;
  /** Offset of each request. */
  readonly starts: readonly number[];
  readonly sentBytes: number;
}

/**
 * Serves `bytes` under every path over plain TCP, one request a connection. The first is cut as
 * `cuts[0]` says, the next as `cuts[1]`; those after the last cut are served to the end.
 */
export function cuttingServer(bytes: Uint8Array, cuts: readonly Cut[]): CuttingServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const starts: number[] = [];
  let sentBytes = 0;

  async function answer(connection: Deno.Conn): Promise<void> {
    using _ = connection;
    const head = await readHead(connection);
    const start = Number(head.match(/^range: bytes=(\d+)-/im)?.[1] ?? 0);
    const cut = cuts[starts.length] ?? bytes.length;
    starts.push(start);
    const end = Math.min(bytes.length, start + (typeof cut === "number" ? cut : cut.stallAfter));
    await writeAll(connection, new TextEncoder().encode(headFor(start, bytes.length)));
    await writeAll(connection, bytes.subarray(start, end));
    sentBytes += end - start;
    if (typeof cut !== "number") await connection.read(new Uint8Array(1)); // Until the client goes.
  }

  async function run(): Promise<void> {
    const answers: Promise<void>[] = [];
    for await (const connection of listener) answers.push(answer(connection));
    await Promise.allSettled(answers); // A client that gave up has closed its side.
  }

  const running = run();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    starts,
    get sentBytes() {
      return sentBytes;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await running;
    },
  };
}

async function readHead(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(4_096);
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) break;
    head += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return head;
}

function headFor(start: number, size: number): string {
  return [
    start > 0 ? "HTTP/1.1 206 Partial Content" : "HTTP/1.1 200 OK",
    `content-length: ${size - start}`,
    ...(start > 0 ? [`content-range: bytes ${start}-${size - 1}/${size}`] : []),
    "connection: close",
    "\r\n",
  ].join("\r\n");
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await connection.write(bytes.subarray(written));
  }
}
