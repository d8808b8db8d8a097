/**
 * A client that sends the same request again and again over one keep-alive connection. A measuring
 * tool must cost less than the thing it measures, and `fetch` takes more processor time than master
 * and node together. It reads the status and as many bytes as Content-Length announces.
 */
export class LightHttpClient implements Disposable {
  readonly #buffer = new Uint8Array(65_536);
  readonly #decoder = new TextDecoder();

  private constructor(private readonly connection: Deno.TcpConn, private readonly request: Uint8Array) {}

  /** Connects to the server of `url`; every request posts an empty body to it. */
  static async open(url: string): Promise<LightHttpClient> {
    const { hostname, port, host, pathname, search } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay(true);
    const request = `POST ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 0\r\n\r\n`;
    return new LightHttpClient(connection, new TextEncoder().encode(request));
  }

  /** Sends the request and reads the response. Throws unless the status is 200. */
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
