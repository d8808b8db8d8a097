/**
 * One keep-alive connection that sends the same request again and again: what measures must weigh less than what is measured, and
 * `fetch` costs more processor time than master and node together. Reads the status and as many bytes as Content-Length says.
 */
export class LightHttpClient implements Disposable {
  readonly #buffer = new Uint8Array(65_536);
  readonly #decoder = new TextDecoder();

  private constructor(private readonly connection: Deno.TcpConn, private readonly request: Uint8Array) {}

  /** A connection to the server of `url` that posts an empty body to it. */
  static async open(url: string): Promise<LightHttpClient> {
    const { hostname, port, host, pathname, search } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay(true);
    const request = `POST ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 0\r\n\r\n`;
    return new LightHttpClient(connection, new TextEncoder().encode(request));
  }

  /** Sends the request and reads its answer; throws unless that is a 200. */
  async ask(): Promise<void> {
    await this.connection.write(this.request);
    let text = "";
    let received = 0;
    let total = Infinity;
    while (received < total) {
      const count = await this.connection.read(this.#buffer);
      if (count === null) throw new Error("the server closed the connection");
      received += count;
      if (total !== Infinity) continue;
      text += this.#decoder.decode(this.#buffer.subarray(0, count));
      const head = text.indexOf("\r\n\r\n");
      if (head < 0) continue;
      if (!text.startsWith("HTTP/1.1 200")) throw new Error(`the server answered ${text.slice(0, 300)}`);
      total = head + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1]);
    }
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}
