/** A request that a {@linkcode FileServer} received. */
export interface Asked {
  readonly path: string;
  readonly range: string | null;
  readonly ifRange: string | null;
  readonly authorization: string | null;
}

/** A server of one file at `/file`, on a free port, that can cut its responses short. */
export class FileServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  /**
   * Number of bytes after which a response is cut short, one entry for each of the next responses.
   */
  cuts: number[] = [];
  etag: string | null = '"one"';
  /** Handlers of other paths. */
  readonly others = new Map<string, (request: Request) => Response>();
  bytes: Uint8Array<ArrayBuffer>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  get url(): URL {
    return new URL(`${this.origin}/file`);
  }

  #answer(request: Request): Response {
    const path = new URL(request.url).pathname;
    const { headers } = request;
    this.asked.push({
      path,
      range: headers.get("range"),
      ifRange: headers.get("if-range"),
      authorization: headers.get("authorization"),
    });
    const other = this.others.get(path);
    if (other !== undefined) return other(request);
    if (path !== "/file") return new Response("nothing here", { status: 404 });
    const start = Number(/^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1] ?? 0);
    const isPart = start > 0 && headers.get("if-range") === this.etag;
    const sent = this.bytes.subarray(isPart ? start : 0);
    const answer = new Headers({ "content-length": String(sent.length) });
    if (this.etag !== null) answer.set("etag", this.etag);
    if (isPart) answer.set("content-range", `bytes ${start}-${this.bytes.length - 1}/${this.bytes.length}`);
    const cut = this.cuts.shift();
    const body = cut === undefined ? sent : cutStream(sent.subarray(0, cut));
    return new Response(body, { status: isPart ? 206 : 200, headers: answer });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/**
 * Returns a stream of `bytes` that then ends. This is earlier than Content-Length announced, so the
 * server closes the connection.
 */
function cutStream(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let isGiven = false;
  return new ReadableStream({
    pull(controller) {
      if (isGiven) controller.close();
      else if (bytes.length > 0) controller.enqueue(bytes);
      isGiven = true;
    },
  });
}
