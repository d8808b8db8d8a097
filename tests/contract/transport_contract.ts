import fc from "fast-check";
import { assert, assertEquals, assertMatch, assertRejects } from "../assert.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Address, Connection, Listener, Transport } from "../../protocol/ports/transport.ts";

const ANY_PORT: Address = { hostname: "127.0.0.1", port: 0 };
const MEGABYTE = 1_000_000;

/** Both ends of a new connection, and the listener that accepted it. */
interface Pair {
  readonly listener: Listener;
  readonly here: Connection;
  readonly there: Connection;
}

async function connectPair(transport: Transport): Promise<Pair> {
  const listener = await transport.listen(ANY_PORT);
  const accepted = firstOf(listener);
  const here = await transport.connect(listener.address);
  return { listener, here, there: await accepted };
}

/** Runs `body` with a new connection, then closes both ends and the listener, even if it throws. */
async function withPair(transport: Transport, body: (pair: Pair) => Promise<void>): Promise<void> {
  const pair = await connectPair(transport);
  try {
    await body(pair);
  } finally {
    pair.here.close();
    pair.there.close();
    pair.listener.close();
  }
}

async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item> {
  for await (const item of items) return item;
  throw new Error("there was nothing");
}

/** Returns all bytes that arrive until the connection ends. */
async function readAll(connection: Connection): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of connection.chunks) chunks.push(chunk.slice());
  return new Blob(chunks).bytes();
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 255);
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, DmlError)).code;
}

/** Registers the tests every {@linkcode Transport} must pass, one for each criterion. */
export function transportContract(name: string, makeTransport: () => Transport): void {
  function criterion(text: string, body: (transport: Transport) => Promise<void>): void {
    Deno.test(`${name} ${text}`, () => body(makeTransport()));
  }

  criterion("carries bytes both ways at once, in order", (transport) =>
    withPair(transport, async ({ here, there }) => {
      const [up, down] = [pattern(3 * MEGABYTE), pattern(2 * MEGABYTE).reverse()];
      async function writeAll(connection: Connection, bytes: Uint8Array): Promise<void> {
        for (let start = 0; start < bytes.length; start += 250_000) {
          await connection.write(bytes.subarray(start, start + 250_000));
        }
      }
      async function readCount(connection: Connection, count: number): Promise<Uint8Array> {
        const bytes = new Uint8Array(count);
        let filled = 0;
        for await (const chunk of connection.chunks) {
          assert(chunk.length > 0, "a chunk was empty");
          bytes.set(chunk, filled);
          filled += chunk.length;
          if (filled === count) break;
        }
        return bytes;
      }
      const [gotUp, gotDown] = await Promise.all([
        readCount(there, up.length),
        readCount(here, down.length),
        writeAll(here, up),
        writeAll(there, down),
      ]);
      assertEquals([gotUp, gotDown].map((bytes) => bytes.length), [up.length, down.length]);
      assert(gotUp.every((byte, index) => byte === up[index]), "upwards");
      assert(gotDown.every((byte, index) => byte === down[index]), "downwards");
    }));

  criterion("carries any sequence of writes as one stream", async (transport) => {
    const writes = fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(writes, (writes) =>
        withPair(transport, async ({ here, there }) => {
          const arriving = readAll(there);
          for (const bytes of writes) await here.write(bytes);
          here.close();
          assertEquals([...await arriving], writes.flatMap((bytes) => [...bytes]));
        })),
      { numRuns: 30 },
    );
  });

  criterion(
    "lets the writer reuse its buffer once the write has resolved",
    (transport) =>
      withPair(transport, async ({ here, there }) => {
        const buffer = new Uint8Array(1_000);
        for (const value of [1, 2, 3]) await here.write(buffer.fill(value));
        here.close();
        const arrived = await readAll(there);
        assertEquals([0, 999, 1_000, 2_000, 2_999].map((at) => arrived[at]), [1, 1, 2, 3, 3]);
      }),
  );

  criterion(
    "reports the port it chose for port 0, and a readable remote address",
    (transport) =>
      withPair(transport, ({ listener, here, there }) => {
        assert(listener.address.port > 0);
        assertEquals(here.remote, `127.0.0.1:${listener.address.port}`);
        assertMatch(there.remote, /^127\.0\.0\.1:[1-9]\d*$/);
        return Promise.resolve();
      }),
  );

  criterion("refuses to listen twice on an address, until the first listener has closed", async (transport) => {
    const first = await transport.listen(ANY_PORT);
    const error = await assertRejects(
      async () => void await transport.listen(first.address),
      DmlError,
      `${first.address.port}`,
    );
    assertEquals(error.code, "address_in_use");
    first.close();
    const second = await transport.listen(first.address);
    assertEquals(second.address, first.address);
    second.close();
  });

  criterion("refuses to connect to a port without a listener", async (transport) => {
    const listener = await transport.listen(ANY_PORT);
    listener.close();
    assertEquals(await rejection(transport.connect(listener.address)), "connection_lost");
  });

  criterion("does not connect when the signal has aborted", async (transport) => {
    const listener = await transport.listen(ANY_PORT);
    const signal = AbortSignal.abort();
    assertEquals(
      await rejection(transport.connect(listener.address, { signal })),
      "connection_lost",
    );
    listener.close();
  });

  criterion("keeps a connection whose signal aborts after it was established", async (transport) => {
    const listener = await transport.listen(ANY_PORT);
    const controller = new AbortController();
    const accepted = firstOf(listener);
    const here = await transport.connect(listener.address, { signal: controller.signal });
    const there = await accepted;
    controller.abort();
    await here.write(pattern(10));
    here.close();
    assertEquals(await readAll(there), pattern(10));
    there.close();
    listener.close();
  });

  criterion(
    "close() lets the other side read all that was written before, then the end",
    (transport) =>
      withPair(transport, async ({ here, there }) => {
        await here.write(pattern(50_000));
        here.close();
        assertEquals(await readAll(there), pattern(50_000));
      }),
  );

  criterion(
    "close() ends chunks on its own side, even during a pending read",
    (transport) =>
      withPair(transport, async ({ here }) => {
        const reading = readAll(here);
        here.close();
        here.close();
        assertEquals((await reading).length, 0);
      }),
  );

  criterion("write() throws after close()", (transport) =>
    withPair(transport, async ({ here }) => {
      here.close();
      assertEquals(await rejection(here.write(pattern(10))), "connection_lost");
    }));

  criterion(
    "write() throws promptly when the other side has closed",
    (transport) =>
      withPair(transport, async ({ here, there }) => {
        there.close();
        async function writeOn(): Promise<never> {
          while (true) await here.write(pattern(100_000));
        }
        assertEquals(await rejection(writeOn()), "connection_lost");
        await readAll(here);
      }),
  );

  criterion("a write that waits for a reader throws when either side closes", async (transport) => {
    for (const closing of ["here", "there"] as const) {
      await withPair(transport, async (pair) => {
        const writing = rejection(pair.here.write(new Uint8Array(64 * MEGABYTE)));
        await firstOf(pair.there.chunks);
        pair[closing].close();
        assertEquals(await writing, "connection_lost");
      });
    }
  });

  criterion("serves several connections without mixing their bytes", async (transport) => {
    const listener = await transport.listen(ANY_PORT);
    const clients = await Promise.all(
      [1, 2, 3].map(async (value) => {
        const connection = await transport.connect(listener.address);
        await connection.write(new Uint8Array(1_000).fill(value));
        connection.close();
        return value;
      }),
    );
    const seen: number[] = [];
    for await (const connection of listener) {
      const values = new Set(await readAll(connection));
      assertEquals(values.size, 1);
      seen.push(...values);
      connection.close();
      if (seen.length === clients.length) listener.close();
    }
    assertEquals(seen.toSorted(), clients);
  });

  criterion(
    "a closed listener ends its iteration and keeps its connections open",
    (transport) =>
      withPair(transport, async ({ listener, here, there }) => {
        const rest = Array.fromAsync(listener);
        listener.close();
        listener.close();
        assertEquals(await rest, []);
        await there.write(pattern(10));
        there.close();
        assertEquals(await readAll(here), pattern(10));
      }),
  );
}
