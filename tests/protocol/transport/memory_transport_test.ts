import { assertEquals, assertRejects } from "../../assert.ts";
import { transportContract } from "../../contract/transport_contract.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { MemoryTransport } from "../../../protocol/transport/memory_transport.ts";
import type { Connection } from "../../../protocol/ports/transport.ts";

transportContract("MemoryTransport()", () => new MemoryTransport());
transportContract("MemoryTransport(chunkBytes: 997)", () => new MemoryTransport({ chunkBytes: 997 }));

async function connectPair(transport: MemoryTransport): Promise<[Connection, Connection]> {
  const listener = transport.listen({ hostname: "here", port: 0 });
  const here = await transport.connect(listener.address);
  for await (const there of listener) {
    listener.close();
    return [here, there];
  }
  throw new Error("nothing was accepted");
}

Deno.test("MemoryTransport() delivers in pieces of chunkBytes at most", async () => {
  const [here, there] = await connectPair(new MemoryTransport({ chunkBytes: 3 }));
  await here.write(new Uint8Array([1, 2, 3, 4, 5, 6, 7]));
  await here.write(new Uint8Array([8]));
  here.close();
  const chunks = (await Array.fromAsync(there.chunks)).map((chunk) => [...chunk]);
  assertEquals(chunks, [[1, 2, 3], [4, 5, 6], [7], [8]]);
});

Deno.test("MemoryTransport() makes a writer wait for its reader", async () => {
  const [here, there] = await connectPair(new MemoryTransport({ chunkBytes: 1_000 }));
  let written = false;
  const writing = here.write(new Uint8Array(1_000_000)).then(() => written = true);
  let readWhenWritten = 0;
  let read = 0;
  for await (const chunk of there.chunks) {
    if (!written) readWhenWritten = read;
    read += chunk.length;
    if (read === 1_000_000) here.close();
  }
  await writing;
  assertEquals(readWhenWritten > 700_000 && readWhenWritten < 800_000, true);
});

Deno.test("MemoryTransport() is a network of its own", async () => {
  const listener = new MemoryTransport().listen({ hostname: "here", port: 0 });
  const error = await assertRejects(
    () => new MemoryTransport().connect(listener.address),
    DmlError,
  );
  assertEquals(error.code, "connection_lost");
  listener.close();
});

Deno.test("MemoryTransport() refuses to connect when too many wait to be accepted", async () => {
  const transport = new MemoryTransport();
  const listener = transport.listen({ hostname: "here", port: 0 });
  const waiting: Connection[] = [];
  await assertRejects(async () => {
    while (waiting.length < 10_000) waiting.push(await transport.connect(listener.address));
  }, DmlError);
  assertEquals(waiting.length, 128);

  listener.close();
  for (const connection of waiting) assertEquals(await Array.fromAsync(connection.chunks), []);
});
