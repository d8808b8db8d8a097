import { assertEquals, assertRejects, assertThrows } from "../../assert.ts";
import { transportContract } from "../../contract/transport_contract.ts";
import { FullListener } from "../../full_listener.ts";
import { ManualClock } from "../manual_clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { type AcceptingSocket, TcpListener } from "../../../protocol/transport/tcp_listener.ts";
import { TcpTransport } from "../../../protocol/transport/tcp_transport.ts";

transportContract("TcpTransport()", () => new TcpTransport());
transportContract("TcpTransport(keepAlive: false)", () => new TcpTransport({ keepAlive: false }));

Deno.test("TcpTransport() says when an address is not this host's", () => {
  // 203.0.113.0/24 is reserved for documentation (RFC 5737).
  const error = assertThrows(
    () => void new TcpTransport().listen({ hostname: "203.0.113.7", port: 0 }),
    DmlError,
    "203.0.113.7:0 is not an address of this host",
  );
  assertEquals(error.code, "usage");
});

Deno.test("TcpTransport() says when the name to listen on is nobody's, or no name at all", () => {
  const said = ["no-such-host.invalid", "a..b"].map((hostname) => {
    const { code, message } = assertThrows(() => void new TcpTransport().listen({ hostname, port: 0 }), DmlError);
    return `${code}: ${message}`;
  });
  assertEquals(said, [
    "usage: There is no host of the name in no-such-host.invalid:0.",
    "usage: There is no host of the name in a..b:0.",
  ]);
});

Deno.test("TcpTransport() writes an IPv6 remote as people do", async () => {
  const transport = new TcpTransport();
  const listener = transport.listen({ hostname: "::1", port: 0 });
  const connection = await transport.connect(listener.address);
  assertEquals(connection.remote, `[::1]:${listener.address.port}`);
  connection.close();
  listener.close();
});

Deno.test("TcpTransport() says which name could not be reached", async () => {
  const error = await assertRejects(
    () => new TcpTransport().connect({ hostname: "no-such-host.invalid", port: 1 }),
    DmlError,
    "no-such-host.invalid:1",
  );
  assertEquals(error.code, "connection_lost");
});

Deno.test("TcpTransport() gives a host up that does not answer in time, and a dial that is cancelled", {
  ignore: Deno.build.os === "windows", // it refuses what a full listener does not take
}, async () => {
  using full = await FullListener.open();
  const clock = new ManualClock();
  const transport = new TcpTransport({ clock });
  const dialled = transport.connect(full.address);
  clock.advance(LIMITS.dialMs);
  const error = await assertRejects(() => dialled, DmlError, `${full.address.port} did not answer within 5 s.`);
  assertEquals([error.code, clock.pending], ["connection_lost", 0]);
  const stop = new AbortController();
  const given = transport.connect(full.address, { signal: stop.signal });
  stop.abort();
  await assertRejects(() => given, DmlError, "was cancelled");
  assertEquals(clock.pending, 0);
});

Deno.test("TcpTransport() ends chunks without a throw when the connection is reset", async () => {
  const transport = new TcpTransport();
  const listener = transport.listen({ hostname: "127.0.0.1", port: 0 });
  const here = await transport.connect(listener.address);
  for await (const there of listener) {
    // Closing over unread bytes makes the system reset the connection.
    await here.write(new Uint8Array(100));
    for await (const _ of there.chunks) break;
    await here.write(new Uint8Array(100));
    there.close();
    break;
  }
  assertEquals(await Array.fromAsync(here.chunks), []);
  here.close();
  listener.close();
});

/** Listening socket whose `accept` returns the results of a function, and throws its errors. */
function socketOf(accept: () => Promise<Deno.TcpConn>): AcceptingSocket {
  return { addr: { transport: "tcp", hostname: "127.0.0.1", port: 1 }, accept, close() {} };
}

Deno.test("TcpListener() goes on, after a pause, when one connection could not be accepted", async () => {
  const real = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = await Deno.connect({ hostname: "127.0.0.1", port: real.addr.port });
  const clock = new ManualClock();
  const paused = Promise.withResolvers<void>();
  let calls = 0;
  const listener = new TcpListener(
    socketOf(() => {
      calls++;
      return calls === 1 ? Promise.reject(new Error("Too many open files")) : real.accept();
    }),
    { keepAlive: true, clock, log: { ...SILENT_LOG, warn: () => paused.resolve() } },
    (socket) => socket,
  );
  const accepting = listener[Symbol.asyncIterator]().next();
  await paused.promise;
  await Promise.resolve(); // the pause begins behind the warning
  assertEquals([calls, clock.pending], [1, 1]);
  clock.advance(100);
  const { value } = await accepting;
  assertEquals(calls, 2);
  value?.close();
  client.close();
  real.close();
});

Deno.test("TcpListener() that is closed in its pause ends at once and leaves no timer", async () => {
  const clock = new ManualClock();
  const paused = Promise.withResolvers<void>();
  const log = { ...SILENT_LOG, warn: () => paused.resolve() };
  const full = socketOf(() => Promise.reject(new Error("Too many")));
  const listener = new TcpListener(full, { keepAlive: true, clock, log }, (socket) => socket);
  const all = Array.fromAsync(listener);
  await paused.promise;
  listener.close();
  assertEquals(await all, []);
  assertEquals(clock.pending, 0);
});
