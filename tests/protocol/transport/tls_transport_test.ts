import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { transportContract } from "../../contract/transport_contract.ts";
import { identityOf, newVouched } from "../../tls_identities.ts";
import { ManualClock } from "../manual_clock.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { TcpTransport } from "../../../protocol/transport/tcp_transport.ts";
import type { TlsIdentity } from "../../../protocol/transport/tls_identity.ts";
import { TlsTransport } from "../../../protocol/transport/tls_transport.ts";

const ANY_PORT = { hostname: "127.0.0.1", port: 0 };
const { authority, ca, identity } = await newVouched();
const other = await newVouched();

transportContract("TlsTransport()", () => new TlsTransport({ ca, identity: () => identity }));

/** Connects to a server with `identity`, and returns how the client refuses it. */
async function refusalOf(identity: TlsIdentity, { trusted = ca }: { trusted?: string } = {}): Promise<string> {
  const listener = await new TlsTransport({ identity: () => identity }).listen(ANY_PORT);
  const accepted = Array.fromAsync(listener, async (connection) => {
    assertEquals(await Array.fromAsync(connection.chunks), [], "nothing arrives before the server is recognised");
    connection.close();
  });
  const connecting = new TlsTransport({ ca: trusted }).connect(listener.address);
  const { code, message } = await assertRejects(() => connecting, DmlError);
  listener.close();
  await accepted;
  return `${code}: ${message.replace(/:\d+/, "").replaceAll(/\d{4}-\d\d-\d\d/g, "DAY")}`;
}

Deno.test("TlsTransport() connects to no server that another authority vouches for", async () => {
  const refusal = "master_untrusted: The server at 127.0.0.1 cannot prove that it is the master: its certificate is " +
    "from another authority.";
  assertEquals(await refusalOf(other.identity), refusal);
  assertEquals(await refusalOf(identity, { trusted: other.ca }), refusal);
});

Deno.test("TlsTransport() connects to no server whose certificate does not name the address", async () => {
  const elsewhere = await identityOf(authority, { names: ["attic.local", "10.0.0.1"] });
  assertEquals(
    await refusalOf(elsewhere),
    "master_untrusted: The certificate of the master at 127.0.0.1 does not name that address.",
  );
});

Deno.test("TlsTransport() says of a certificate out of its time which clock says what", async () => {
  const certificate = "master_untrusted: The certificate of the master at 127.0.0.1";
  assertEquals(
    await refusalOf(await identityOf(authority, { daysAgo: 365 })),
    `${certificate} ran out on DAY, and this host's clock says DAY.`,
  );
  assertEquals(
    await refusalOf(await identityOf(authority, { daysAgo: -365 })),
    `${certificate} begins on DAY, and this host's clock says DAY.`,
  );
});

Deno.test("TlsTransport() recognises a server by an authority that was made a year in the future", async () => {
  const early = await newVouched();
  const identity = await identityOf(early.authority, { daysAgo: 89 });
  const transport = new TlsTransport({ ca: early.ca, identity: () => identity });
  const listener = await transport.listen(ANY_PORT);
  (await transport.connect(listener.address)).close();
  listener.close();
});

Deno.test("TlsTransport() gives a server up that takes the connection and says nothing", async () => {
  const clock = new ManualClock();
  const listener = new TcpTransport().listen(ANY_PORT);
  const dialled = new TlsTransport({ ca, clock }).connect(listener.address);
  const accepted = listener[Symbol.asyncIterator]();
  const { value: silent } = await accepted.next();
  for await (const _ of silent.chunks) break; // The handshake has begun.
  clock.advance(LIMITS.dialMs);
  await assertRejects(() => dialled, DmlError, `${listener.address.port} did not answer within 5 s.`);
  assertEquals(clock.pending, 0);
  silent.close();
  listener.close();
});

Deno.test("TlsTransport() connects to no server without TLS", async () => {
  const listener = new TcpTransport().listen(ANY_PORT);
  const answering = Array.fromAsync(listener, async (connection) => {
    await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
    connection.close();
  });
  const error = await assertRejects(() => new TlsTransport({ ca }).connect(listener.address), DmlError, "no TLS");
  assertEquals(error.code, "master_untrusted");
  listener.close();
  await answering;
});

Deno.test("TlsTransport() gives up a server that does not answer when the signal aborts", async () => {
  const listener = Deno.listen(ANY_PORT);
  const stopping = new AbortController();
  const connecting = new TlsTransport({ ca }).connect(listener.addr, { signal: stopping.signal });
  const silent = await listener.accept();
  stopping.abort();
  const error = await assertRejects(() => connecting, DmlError, "was cancelled");
  assertEquals(error.code, "connection_lost");
  silent.close();
  listener.close();
});

Deno.test("TlsTransport() closes a connection that sends no TLS, and serves the next one", async () => {
  const transport = new TlsTransport({ ca, identity: () => identity });
  const listener = await transport.listen(ANY_PORT);
  const bytes: number[] = [];
  const arrived = Promise.withResolvers<void>();
  const serving = Array.fromAsync(listener, async (connection) => {
    for await (const chunk of connection.chunks) bytes.push(...chunk);
    connection.close();
    if (bytes.length === 3) arrived.resolve();
  });
  const plain = await new TcpTransport().connect(listener.address);
  await plain.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  for await (const _ of plain.chunks);
  plain.close();
  const secure = await transport.connect(listener.address);
  await secure.write(new Uint8Array([1, 2, 3]));
  secure.close();
  await Array.fromAsync(secure.chunks);
  await arrived.promise;
  listener.close();
  await serving;
  assertEquals(bytes, [1, 2, 3]);
});

Deno.test("TlsTransport() proves a new identity on the next connection, and keeps the old ones open", async () => {
  let present = identity;
  const transport = new TlsTransport({ ca, identity: () => present });
  const listener = await transport.listen(ANY_PORT);
  const accepted = listener[Symbol.asyncIterator]();
  const before = await transport.connect(listener.address);
  const there = (await accepted.next()).value;
  assert(there !== undefined);
  present = other.identity;
  await assertRejects(() => transport.connect(listener.address), DmlError, "another authority");
  present = await identityOf(authority);
  (await transport.connect(listener.address)).close();
  await there.write(new Uint8Array([7]));
  for await (const chunk of before.chunks) {
    assertEquals([...chunk], [7]);
    break;
  }
  there.close();
  before.close();
  listener.close();
});
