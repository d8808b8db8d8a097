// @ts-types="../../contract/to_bytes.d.ts"
import { toBytes } from "@std/streams/to_bytes.js";
import { type ClientRequest, HttpClient } from "../../../protocol/http/http_client.ts";
import { HEAD_BYTES_MAX } from "../../../protocol/http/response_head.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { assertCode } from "../../contract/blob_store_contract.ts";
import { ManualClock } from "../manual_clock.ts";
import { BREAKS, CLOSES, ScriptedChannel, type ServerAct } from "./scripted_channel.ts";

const GET: ClientRequest = { method: "GET", path: "/a" };
const HELLO = answer("hello");
const REQUEST = "GET /a HTTP/1.1\r\nhost: attic:7400\r\n\r\n";

function answer(body: string, headers: readonly string[] = []): string {
  return ["HTTP/1.1 200 OK", `content-length: ${body.length}`, ...headers, "", body].join("\r\n");
}

/** A client whose first connection goes as the first script says, and so on; one more is refused. */
function clientOf(...scripts: (readonly ServerAct[] | ScriptedChannel)[]) {
  const clock = new ManualClock();
  const channels = scripts.map((script) => script instanceof ScriptedChannel ? script : new ScriptedChannel(script));
  let dialed = 0;
  const dial = () => {
    const channel = channels[dialed];
    if (channel === undefined) return Promise.reject(new Error("nobody listens"));
    dialed++;
    return Promise.resolve(channel);
  };
  const client = new HttpClient(new URL("http://attic:7400/"), { dial, clock });
  return { client, clock, channels, dialed: () => dialed };
}

async function textFrom(client: HttpClient, request = GET): Promise<string> {
  return new TextDecoder().decode(await (await client.send(request)).bytes());
}

Deno.test("HttpClient reads an answer that comes one byte at a time", async () => {
  const { client, channels } = clientOf([...HELLO]);
  assertEquals(await textFrom(client), "hello");
  assertEquals(channels[0].sent, REQUEST);
});

Deno.test("HttpClient reads an answer cut anywhere in two, as bytes and as a stream", async () => {
  for (let cut = 0; cut < HELLO.length; cut++) {
    const script = [HELLO.slice(0, cut), HELLO.slice(cut)].filter((piece) => piece !== "");
    assertEquals(await textFrom(clientOf(script).client), "hello");
    const { body } = await clientOf(script).client.send(GET);
    assert(body !== null);
    assertEquals(new TextDecoder().decode(await toBytes(body)), "hello");
  }
});

Deno.test("HttpClient gives no more than was announced to a reader with room for more", async () => {
  const { client } = clientOf([HELLO.slice(0, -2), "lo, and more"]);
  const { body } = await client.send(GET);
  assertEquals(new TextDecoder().decode(await toBytes(body!)), "hello");
  client.close();
});

Deno.test("HttpClient passes over what only says that the answer takes longer", async () => {
  const { client } = clientOf([`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${HELLO}`]);
  assertEquals(await textFrom(client), "hello");
  const switching = clientOf(["HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"]);
  await assertCode(switching.client.send(GET), "connection_lost");
});

Deno.test("HttpClient asks again on the same connection, whatever kind of answer came", async () => {
  const missing = "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno";
  const { client, channels, dialed } = clientOf([
    HELLO,
    missing,
    answer(""),
    "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n",
  ]);
  assertEquals(await textFrom(client), "hello");
  const refused = await client.send(GET);
  assertEquals([refused.status, refused.ok, await refused.bytes()], [404, false, new TextEncoder().encode("no")]);
  assertEquals((await client.send({ ...GET, method: "PUT", body: new Uint8Array(3).fill(65) })).body, null);
  const head = await client.send({ ...GET, method: "HEAD" });
  assertEquals([head.headers.get("content-length"), head.body], ["9", null]);
  assertEquals(dialed(), 1);
  assert(channels[0].sent.endsWith("content-length: 3\r\n\r\nAAAHEAD /a HTTP/1.1\r\nhost: attic:7400\r\n\r\n"));
  client.close();
  assert(channels[0].isClosed);
});

Deno.test("HttpClient keeps no connection that cannot be trusted with another request", async () => {
  const scripts = {
    "the server closes": [answer("hello", ["connection: close"])],
    "more came than was announced": [`${HELLO}!`],
    "an old server": [HELLO.replace("1.1", "1.0")],
  };
  for (const [why, script] of Object.entries(scripts)) {
    const { client, channels } = clientOf(script);
    assertEquals(await textFrom(client), "hello", why);
    assert(channels[0].isClosed, why);
  }
  const cancelled = clientOf([HELLO]);
  await (await cancelled.client.send(GET)).body?.cancel();
  assert(cancelled.channels[0].isClosed);
});

for (const [what, end] of [["closed", CLOSES], ["lost", BREAKS]] as const) {
  Deno.test(`HttpClient asks again on a new connection when the kept one was ${what} meanwhile`, async () => {
    const { client, channels, dialed } = clientOf([HELLO, end], [answer("again")]);
    const put: ClientRequest = { method: "PUT", path: "/a", body: new TextEncoder().encode("body") };
    assertEquals(await textFrom(client), "hello");
    assertEquals(await textFrom(client, put), "again");
    assertEquals(dialed(), 2);
    assert(channels[0].isClosed && channels[1].sent.endsWith("\r\n\r\nbody"));
    client.close();
  });

  Deno.test(`HttpClient gives up when a new connection is ${what} too, and one that had begun to answer`, async () => {
    const twice = clientOf([HELLO, end], [end]);
    await textFrom(twice.client);
    await assertCode(twice.client.send(GET), "connection_lost");
    assertEquals(twice.dialed(), 2);
    const begun = clientOf([HELLO, "HTTP", end], [HELLO]);
    await textFrom(begun.client);
    await assertCode(begun.client.send(GET), "connection_lost");
    assertEquals(begun.dialed(), 1);
  });

  Deno.test(`HttpClient throws connection_lost when the body is ${what} before its end`, async () => {
    const whole = clientOf([HELLO.slice(0, -1), end]);
    await assertCode(textFrom(whole.client), "connection_lost");
    const streamed = clientOf([HELLO.slice(0, -1), end]);
    const { body } = await streamed.client.send(GET);
    await assertCode(toBytes(body!), "connection_lost");
    assert(whole.channels[0].isClosed && streamed.channels[0].isClosed);
  });
}

Deno.test("HttpClient throws connection_lost for what is no HTTP, and for a head without an end", async () => {
  const endless = `HTTP/1.1 200 OK\r\nx: ${"x".repeat(HEAD_BYTES_MAX)}`;
  for (const garbage of ["220 attic ESMTP\r\n\r\n", "\0".repeat(HEAD_BYTES_MAX + 1), endless]) {
    const { client, channels } = clientOf([garbage]);
    await assertCode(client.send(GET), "connection_lost");
    assert(channels[0].isClosed);
  }
});

Deno.test("HttpClient refuses by name the ways of sending that it does not read", async () => {
  const ways = {
    chunked: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    gzip: answer("hello", ["content-encoding: gzip"]),
    "without a Content-Length": "HTTP/1.1 200 OK\r\n\r\nhello",
  };
  for (const [name, script] of Object.entries(ways)) {
    const { client, channels } = clientOf([script]);
    const error = await assertRejects(() => client.send(GET), DmlError);
    assertEquals(error.code, "request_invalid");
    assertStringIncludes(error.message, name);
    assert(channels[0].isClosed);
  }
});

Deno.test("HttpClient gives the status of a failure in whatever way its body comes", async () => {
  const { client, channels } = clientOf(["HTTP/1.1 502 Bad Gateway\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"]);
  const { status, body } = await client.send(GET);
  assertEquals([status, body], [502, null]);
  assert(channels[0].isClosed);
});

Deno.test("HttpClient reads a refusal that comes before the body was taken, and keeps no such connection", async () => {
  const refusal = "HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n";
  const { client, channels } = clientOf(new ScriptedChannel([refusal], { takesBytes: 100 }));
  const { status } = await client.send({ method: "PUT", path: "/a", body: new Uint8Array(1_000) });
  assertEquals(status, 413);
  assert(channels[0].isClosed);
});

Deno.test("HttpClient does not read into memory what is larger than that may be", async () => {
  const { client, channels } = clientOf([`HTTP/1.1 200 OK\r\ncontent-length: ${LIMITS.modelBytesMax + 1}\r\n\r\n`]);
  await assertCode((await client.send(GET)).bytes(), "blob_too_large");
  assert(channels[0].isClosed);
});

Deno.test("HttpClient throws cancelled when the signal aborts before, during or after the head", async () => {
  const before = clientOf([HELLO]);
  await assertCode(before.client.send({ ...GET, signal: AbortSignal.abort() }), "cancelled");
  assertEquals(before.dialed(), 0);

  const silent = clientOf([]);
  const waiting = new AbortController();
  const sending = silent.client.send({ ...GET, signal: waiting.signal });
  waiting.abort();
  await assertCode(sending, "cancelled");

  const stalled = clientOf([HELLO.slice(0, -1)]);
  const reading = new AbortController();
  const { body } = await stalled.client.send({ ...GET, signal: reading.signal });
  const bytes = toBytes(body!);
  reading.abort();
  await assertCode(bytes, "cancelled");
  assert(silent.channels.every(({ isClosed }) => isClosed) && stalled.channels[0].isClosed);
});

Deno.test("HttpClient leaves a kept connection alone when the signal of an earlier request aborts", async () => {
  const { client, channels } = clientOf([HELLO, answer("again")]);
  const abort = new AbortController();
  assertEquals(await textFrom(client, { ...GET, signal: abort.signal }), "hello");
  abort.abort();
  assertEquals(await textFrom(client), "again");
  assert(!channels[0].isClosed);
});

Deno.test("HttpClient keeps few connections, and none for long", async () => {
  const { client, clock, channels } = clientOf(...Array.from({ length: 20 }, () => [HELLO, HELLO]));
  await Promise.all(channels.map(() => textFrom(client)));
  assertEquals(channels.filter(({ isClosed }) => !isClosed).length, 16);
  clock.advance(14_000);
  await textFrom(client);
  clock.advance(1_000);
  assertEquals(channels.filter(({ isClosed }) => !isClosed).length, 1);
  clock.advance(14_000);
  assert(channels.every(({ isClosed }) => isClosed));
  assertEquals(clock.pending, 0);
});

Deno.test("HttpClient.close() lets go of what is kept, and of what is under way when that ends", async () => {
  const { client, clock, channels } = clientOf([HELLO], [HELLO]);
  const [under, kept] = await Promise.all([client.send(GET), client.send(GET)]);
  await kept.bytes();
  client.close();
  assertEquals(channels.map(({ isClosed }) => isClosed), [false, true]);
  assertEquals((await under.bytes()).length, 5);
  assert(channels[0].isClosed);
  assertEquals(clock.pending, 0);
});

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test({
    name: `HttpClient dials ${hostname} and names it as the URL does`,
    ignore: !canListen(hostname),
    async fn() {
      const host = (request: Request) => new Response(request.headers.get("host"));
      const server = Deno.serve({ hostname, port: 0, onListen() {} }, host);
      const origin = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${server.addr.port}`;
      const client = new HttpClient(new URL(`http://${origin}`));
      assertEquals(await textFrom(client), origin);
      client.close();
      await server.shutdown();
    },
  });
}

function canListen(hostname: string): boolean {
  try {
    Deno.listen({ hostname, port: 0 }).close();
    return true;
  } catch {
    return false; // A machine without IPv6.
  }
}

Deno.test("HttpClient gives up when a connection takes only a part of a head, behind which the body is out of place", async () => {
  const { client, channels } = clientOf(new ScriptedChannel([HELLO], { headBytesMax: 10 }));
  const put = client.send({ method: "PUT", path: "/a", body: new Uint8Array(20) });
  assertEquals((await assertRejects(() => put, DmlError)).code, "connection_lost");
  assert(channels[0].isClosed);
});
