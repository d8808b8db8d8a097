import { assert, assertEquals, assertRejects, assertThrows } from "../../../assert.ts";
import { ManualClock } from "../../../protocol/manual_clock.ts";
import { identityOf, newVouched } from "../../../tls_identities.ts";
import { type HttpServer, serveHttp } from "../../../../master/http/http_server.ts";
import { createState } from "../../../../master/core/state/state.ts";
import { NODE_ORDER_EXTRA_MS } from "../../../../protocol/messages/command_names.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { SILENT_LOG } from "../../../../protocol/kernel/log.ts";
import { HttpOrigin } from "../../../../protocol/http/http_origin.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import type { Handler } from "../../../../master/http/request_origin.ts";
import type { MasterTls } from "../../../../master/http/http_server.ts";

const ANY_PORT = { hostname: "127.0.0.1", port: 0 };
const HALF_A_HEAD = "GET /v1/health HTTP/1.1\r\nHost: x\r\n";

interface Options {
  readonly handler?: Handler;
  readonly tls?: MasterTls | null;
  readonly connectionsMax?: number;
}

/** A server on loopback, whose time passes when a test says so. */
function serve({ handler = () => new Response("ok"), tls = null, connectionsMax }: Options = {}) {
  const clock = new ManualClock();
  const server = serveHttp(handler, {
    address: ANY_PORT,
    tls,
    clock,
    log: SILENT_LOG,
    connectionsMax: () => connectionsMax ?? LIMITS.httpConnectionsMax,
  });
  return {
    clock,
    server,
    async [Symbol.asyncDispose]() {
      await server.close();
      assertEquals(clock.pending, 0, "no timer is left");
    },
  };
}

const urlOf = ({ address: { port } }: HttpServer, path = "/") => `http://127.0.0.1:${port}${path}`;

/** Opens a connection and sends `text` on it. */
async function tell({ address }: HttpServer, text: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect(address);
  await connection.write(new TextEncoder().encode(text));
  return connection;
}

/** Returns all that arrives until the connection ends. */
async function heard(connection: Deno.TcpConn): Promise<string> {
  try {
    return await new Response(connection.readable).text();
  } catch {
    return ""; // It was reset.
  }
}

Deno.test("serveHttp() carries bodies both ways, and tells the address of the caller", async () => {
  const handler: Handler = async (request, { remote: address }) =>
    new Response(await request.bytes(), { headers: { "x-caller": address ?? "" } });
  await using served = serve({ handler });
  const body = crypto.getRandomValues(new Uint8Array(60_000));
  const large = new Uint8Array(3_000_000).map((_, at) => body[at % body.length]);
  for (const sent of [body, large, new Uint8Array(1)]) {
    const response = await fetch(urlOf(served.server), { method: "POST", body: sent });
    assertEquals(response.headers.get("x-caller"), "127.0.0.1");
    assert((await response.bytes()).every((byte, at) => byte === sent[at]));
  }
});

Deno.test("serveHttp() speaks TLS and, on the same port, only hands out its certificate without", async () => {
  const { ca, pin, identity } = await newVouched();
  await using served = serve({ tls: { ca, pin, identity: () => identity } });
  const { port } = served.server.address;
  using origin = new HttpOrigin(`https://127.0.0.1:${port}`, { trust: () => ({ ca }) });
  assertEquals(await (await origin.send("/", { redirect: "error" })).text(), "ok");
  assertEquals(await (await fetch(urlOf(served.server, "/v1/ca"))).text(), ca);
  const refused = await fetch(urlOf(served.server));
  assertEquals([refused.status, (await refused.json()).code], [426, "tls_required"]);
});

Deno.test("serveHttp() proves a new identity on new connections; requests that run on old ones are answered", async () => {
  const { authority, ca, pin, identity } = await newVouched();
  const other = await newVouched();
  let present = identity;
  const [running, may] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const handler: Handler = async ({ url }) => {
    if (url.endsWith("/slow")) {
      running.resolve();
      await may.promise;
    }
    return new Response("ok");
  };
  await using served = serve({ handler, tls: { ca, pin, identity: () => present } });
  const baseUrl = `https://127.0.0.1:${served.server.address.port}`;
  using first = new HttpOrigin(baseUrl, { trust: () => ({ ca }) });
  using second = new HttpOrigin(baseUrl, { trust: () => ({ ca }) });
  using third = new HttpOrigin(baseUrl, { trust: () => ({ ca }) });
  const slow = first.send("/slow", { redirect: "error" });
  await running.promise;
  present = other.identity;
  await assertRejects(() => second.send("/", { redirect: "error" }), TypeError);
  present = await identityOf(authority);
  assertEquals(await (await third.send("/", { redirect: "error" })).text(), "ok");
  may.resolve();
  assertEquals(await (await slow).text(), "ok");
});

Deno.test("serveHttp() goes on answering others while many send half a head, and closes those first", async () => {
  await using served = serve({ connectionsMax: 40 });
  const flood: Deno.TcpConn[] = [];
  for (let count = 0; count < 100; count++) flood.push(await tell(served.server, HALF_A_HEAD));
  assertEquals(await (await fetch(urlOf(served.server))).text(), "ok");
  const ended = await Promise.all(flood.slice(0, 60).map(heard));
  assertEquals(ended.filter((text) => text.includes("200")), []);
  for (const connection of flood.slice(60)) connection.close();
});

Deno.test("serveHttp() does not close a request in progress for new connections", async () => {
  const [running, may] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const handler: Handler = async ({ url }) => {
    if (!url.endsWith("/slow")) return new Response("ok");
    running.resolve();
    await may.promise;
    return new Response("at last");
  };
  await using served = serve({ handler, connectionsMax: 40 });
  const slow = fetch(urlOf(served.server, "/slow"));
  await running.promise;
  const flood: Deno.TcpConn[] = [];
  for (let count = 0; count < 100; count++) flood.push(await tell(served.server, HALF_A_HEAD));
  assertEquals(await (await fetch(urlOf(served.server))).text(), "ok");
  may.resolve();
  assertEquals(await (await slow).text(), "at last");
  for (const connection of flood) connection.close();
});

Deno.test("serveHttp() keeps the connection of a request that waits as long as the longest order", async () => {
  const [running, may] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using served = serve({
    handler: async () => {
      running.resolve();
      await may.promise;
      return new Response("at last");
    },
  });
  const order = fetch(urlOf(served.server), { method: "POST", body: "{}" });
  await running.promise;
  served.clock.advance(createState().settings.commandDeadlineMs + Math.max(...Object.values(NODE_ORDER_EXTRA_MS)));
  may.resolve();
  assertEquals(await (await order).text(), "at last");
});

Deno.test("serveHttp() closes a connection whose first request does not arrive in time", async () => {
  await using served = serve();
  const [silent, half] = [await tell(served.server, ""), await tell(served.server, HALF_A_HEAD)];
  // An answer on a later connection shows that both were accepted.
  const kept = await tell(served.server, `${HALF_A_HEAD}\r\n`);
  await kept.read(new Uint8Array(1_000));
  served.clock.advance(LIMITS.firstRequestMs);
  assertEquals([await heard(silent), await heard(half)], ["", ""]);
  await kept.write(new TextEncoder().encode(`${HALF_A_HEAD}Connection: close\r\n\r\n`));
  assert((await heard(kept)).endsWith("ok"), "a connection that was used is kept longer");
});

Deno.test("serveHttp() answers with what the handler says before a client has sent its whole body", async () => {
  await using served = serve({ handler: () => new Response("no", { status: 413 }) });
  const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n`;
  const connection = await tell(served.server, head);
  assert((await firstOf(connection)).startsWith("HTTP/1.1 413"));
  connection.close();
});

Deno.test("serveHttp() tells the handler that a client went away", async () => {
  const aborted = Promise.withResolvers<void>();
  const running = Promise.withResolvers<void>();
  const handler: Handler = async ({ signal }) => {
    signal.addEventListener("abort", () => aborted.resolve());
    running.resolve();
    await aborted.promise;
    return new Response("too late");
  };
  await using served = serve({ handler });
  const connection = await tell(served.server, `${HALF_A_HEAD}\r\n`);
  await running.promise;
  connection.close();
  await aborted.promise;
});

/** Returns the ports of loopback on which this process listens, as Linux tells them. */
async function ownPorts(): Promise<number[]> {
  const inodes = new Set<string>();
  for await (const { name } of Deno.readDir("/proc/self/fd")) {
    const target = await Deno.readLink(`/proc/self/fd/${name}`).catch(() => "");
    inodes.add(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
  }
  const rows = (await Deno.readTextFile("/proc/net/tcp")).split("\n").map((line) => line.trim().split(/\s+/));
  return rows.filter(([, local, , state, , , , , , inode]) =>
    state === "0A" && local.startsWith("0100007F") && inodes.has(inode)
  ).map(([, local]) => parseInt(local.split(":")[1], 16));
}

Deno.test("serveHttp() answers nobody who dials the ports behind its own", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using served = serve({ handler: () => new Response("secret") });
  assertEquals(await (await fetch(urlOf(served.server))).text(), "secret");
  const behind = (await ownPorts()).filter((port) => port !== served.server.address.port);
  assertEquals(behind.length, 1);
  const response = await fetch(`http://127.0.0.1:${behind[0]}/`);
  assertEquals([response.status, await response.text()], [403, ""]);
});

Deno.test("serveHttp() says that its address is taken", async () => {
  await using served = serve();
  const options = { address: served.server.address, tls: null, clock: new ManualClock(), log: SILENT_LOG };
  assertThrows(() => serveHttp(() => new Response(), options), DmlError, "listens on");
});

async function firstOf(connection: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(1_000);
  const count = await connection.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
}

/** Sends a request by TLS that names `hostname`, trusting `ca` alone; returns the answer, or the error. */
async function answerFor(
  { address: { port } }: HttpServer,
  { hostname, ca }: { hostname: string; ca: string },
): Promise<string> {
  const plain = await Deno.connect({ hostname: "127.0.0.1", port });
  const connection = await Deno.startTls(plain, { hostname, caCerts: [ca] });
  try {
    await connection.handshake();
    await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    const answer = new Uint8Array("HTTP/1.1 200".length);
    await connection.read(answer);
    return new TextDecoder().decode(answer);
  } catch (error) {
    return error instanceof Error && /invalid peer certificate/.test(error.message) ? "not recognised" : String(error);
  } finally {
    connection.close();
  }
}

Deno.test("serveHttp() shows the named certificate to those who ask for its names, and its own to all others", async () => {
  const [own, theirs] = [await newVouched(), await newVouched()];
  const names = ["dml.example.org", "127.0.0.1"];
  let named = await identityOf(theirs.authority, { names });
  const tls: MasterTls = {
    pin: "",
    ca: own.ca,
    identity: () => own.identity,
    named: { isFor: (name) => name === "dml.example.org", identity: () => named },
  };
  await using served = serve({ tls });
  const { server } = served;
  const [good, refused] = ["HTTP/1.1 200", "not recognised"];
  const answers = async (hostname: string) => [
    await answerFor(server, { hostname, ca: own.ca }),
    await answerFor(server, { hostname, ca: theirs.ca }),
  ];
  assertEquals(await answers("dml.example.org"), [refused, good]);
  assertEquals(await answers("localhost"), [good, refused]);
  assertEquals(await answers("127.0.0.1"), [good, refused], "an address is no name");
  named = await identityOf(own.authority, { names });
  assertEquals(await answers("dml.example.org"), [good, refused], "a new certificate, while the server runs");
});

Deno.test("serveHttp() puts a hello together that comes in pieces, and drops one that ends before it is whole", async () => {
  const { ca, identity } = await newVouched();
  const asked: string[] = [];
  const named = { isFor: (name: string) => asked.push(name) === 0, identity: () => identity };
  await using served = serve({ tls: { ca, pin: "", identity: () => identity, named } });
  const { address } = served.server;
  const hello = await helloOf("localhost");
  const connection = await Deno.connect(address);
  connection.setNoDelay(true);
  for (const byte of hello) await connection.write(new Uint8Array([byte]));
  const answer = new Uint8Array(1);
  await connection.read(answer);
  assertEquals([answer[0], asked], [0x16, ["localhost"]], "a handshake comes back");
  connection.close();
  const cut = await Deno.connect(address);
  await cut.write(hello.subarray(0, 20));
  await cut.closeWrite();
  assertEquals(await heard(cut), "");
});

/** Returns the hello of a client of TLS that wants to reach `hostname`. */
async function helloOf(hostname: string): Promise<Uint8Array> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const accepted = await listener.accept();
  using connection = await Deno.startTls(client, { hostname });
  const failed = connection.handshake().catch(() => {});
  const bytes = new Uint8Array(16_384);
  const count = await accepted.read(bytes) ?? 0;
  accepted.close();
  await failed;
  return bytes.subarray(0, count);
}
