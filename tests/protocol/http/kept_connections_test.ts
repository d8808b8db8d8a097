import { assertEquals, assertRejects } from "../../assert.ts";
import { KeptConnections, responseOf } from "../../../protocol/http/kept_connections.ts";

const PICTURE = Uint8Array.from({ length: 250_000 }, (_, at) => at % 251);

/** What is said to a request, and whether the connection ends behind it. */
interface Said {
  readonly say: string;
  readonly ends?: boolean;
}

/** A server that says what the test tells it to. */
class ScriptedServer implements AsyncDisposable {
  readonly url: string;
  connectionCount = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #accepting: Promise<void>;

  /** `answer` is given the number of the connection and of the request on it. */
  constructor(answer: (connection: number, request: number) => Said) {
    this.url = `http://127.0.0.1:${this.#listener.addr.port}/x`;
    this.#accepting = this.#accept(answer);
  }

  async #accept(answer: (connection: number, request: number) => Said): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      const number = ++this.connectionCount;
      serving.push(this.#serve(connection, (request) => answer(number, request)));
    }
    await Promise.all(serving);
  }

  async #serve(socket: Deno.TcpConn, answer: (request: number) => Said): Promise<void> {
    using connection = socket;
    const buffer = new Uint8Array(65_536);
    for (let request = 1; await connection.read(buffer).catch(() => null) !== null; request++) {
      const { say, ends = false } = answer(request);
      await connection.write(new TextEncoder().encode(say));
      if (ends) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
  }
}

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const get = (signal?: AbortSignal) => ({ method: "GET", headers: new Headers({ accept: "a/b" }), signal });

Deno.test("KeptConnections() sends whole bodies and gets whole answers, over one connection", async () => {
  const ports = new Set<number>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request, { remoteAddr }) => {
    ports.add((remoteAddr as Deno.NetAddr).port);
    const told = `${request.method} ${new URL(request.url).search} ${request.headers.get("x-a")}`;
    return new Response(await request.bytes(), { status: 201, headers: { told } });
  });
  const connections = new KeptConnections();
  for (const body of [PICTURE, new Uint8Array(), PICTURE.subarray(0, 70_000)]) {
    const url = `http://127.0.0.1:${server.addr.port}/a?b=c`;
    const answer = await connections.send(url, { method: "PUT", headers: new Headers({ "x-a": "d" }), body });
    assertEquals([answer.ok, answer.status, answer.headers.get("told")], [true, 201, "PUT ?b=c d"]);
    assertEquals(await answer.bytes(), body);
  }
  assertEquals(ports.size, 1);
  connections.close();
  await server.shutdown();
});

Deno.test("KeptConnections() sends a request again that met a connection which had been closed", async () => {
  await using server = new ScriptedServer((connection) => ({ say: OK, ends: connection === 1 }));
  const connections = new KeptConnections();
  for (let request = 0; request < 3; request++) {
    assertEquals(await (await connections.send(server.url, get())).text(), "ok");
  }
  assertEquals(server.connectionCount, 2);
  connections.close();
});

Deno.test("KeptConnections() fails when a new connection ends before the answer, or in it", async () => {
  for (const say of ["", "HTTP/1.1 200", OK.slice(0, -1), `${CHUNKED}1\r\na`]) {
    await using server = new ScriptedServer(() => ({ say, ends: true }));
    const connections = new KeptConnections();
    await assertRejects(() => connections.send(server.url, get()), TypeError, "closed");
    connections.close();
  }
});

Deno.test("KeptConnections() reads what others may say: chunks, 100 Continue, a body to the end of the connection", async () => {
  const answers = [
    { say: `${CHUNKED}1\r\na\r\n2\r\nbc\r\n0\r\n\r\n` },
    { say: `HTTP/1.1 100 Continue\r\n\r\n${OK}` },
    { say: "HTTP/1.0 200 OK\r\n\r\nto the end", ends: true },
  ];
  await using server = new ScriptedServer((_, request) => answers[request - 1]);
  const connections = new KeptConnections();
  for (const text of ["abc", "ok", "to the end"]) {
    assertEquals(await (await connections.send(server.url, get())).text(), text);
  }
  assertEquals(server.connectionCount, 1);
  connections.close();
});

Deno.test("KeptConnections() gives up at once when its signal aborts", async () => {
  await using server = new ScriptedServer(() => ({ say: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n" }));
  const connections = new KeptConnections();
  const reason = new Error("enough");
  await assertRejects(() => connections.send(server.url, get(AbortSignal.abort(reason))), Error, "enough");
  const abort = new AbortController();
  const answer = connections.send(server.url, get(abort.signal));
  abort.abort(reason);
  await assertRejects(() => answer, Error, "enough");
  connections.close();
});

Deno.test("KeptConnections() leaves to fetch what it cannot connect to, and what is not plain HTTP", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const connections = new KeptConnections();
  const error = await assertRejects(() => connections.send(`http://127.0.0.1:${port}/`, get()), TypeError);
  assertEquals(/refused/.test(String((error as Error).cause)), true);
  const answer = await connections.send("data:text/plain,hello", get());
  assertEquals(await answer.text(), "hello");
  connections.close();
});

Deno.test("KeptConnections() hears a refusal that comes while it still sends", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const refusing = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(100));
    await connection.write(
      new TextEncoder().encode("HTTP/1.1 413 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
    );
    // Until the other side has read that and leaves.
    const buffer = new Uint8Array(65_536);
    while (await connection.read(buffer).catch(() => null) !== null);
  })();
  const connections = new KeptConnections();
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  const body = new Uint8Array(30_000_000);
  const answer = await connections.send(url, { method: "POST", headers: new Headers(), body });
  assertEquals([answer.ok, (await responseOf(answer)).status], [false, 413]);
  connections.close();
  listener.close();
  await refusing;
});
