import fc from "fast-check";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../../assert.ts";
import { ManualClock } from "../manual_clock.ts";
import { SAMPLE_MESSAGES } from "../sample_messages.ts";
import { ScriptedConnection } from "./scripted_connection.ts";
import {
  encodePictureFrame,
  INLINE_PICTURE_BYTES_MAX,
  type InlinePicture,
} from "../../../protocol/wire/picture_frame.ts";
import { encodeMessage } from "../../../protocol/wire/codec.ts";
import { concat } from "../../../protocol/kernel/concat.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { encodeFrames } from "../../../protocol/wire/frame.ts";
import { encodeFrame } from "../wire/encode_frame.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { InvariantError } from "../../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { MemoryTransport } from "../../../protocol/transport/memory_transport.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import { Peer } from "../../../protocol/transport/peer.ts";
import { TcpTransport } from "../../../protocol/transport/tcp_transport.ts";
import type { Connection, Transport } from "../../../protocol/ports/transport.ts";

const { ping, goodbye } = SAMPLE_MESSAGES;
const ANY_PORT = { hostname: "127.0.0.1", port: 0 };

async function connectPair(transport: Transport): Promise<[Connection, Connection]> {
  const listener = await transport.listen(ANY_PORT);
  const here = await transport.connect(listener.address);
  for await (const there of listener) {
    listener.close();
    return [here, there];
  }
  throw new Error("nothing was accepted");
}

async function messagesOf(peer: Peer): Promise<Message[]> {
  return (await Array.fromAsync(peer)).flat();
}

function frameOf(text: string): Uint8Array {
  return encodeFrame(new TextEncoder().encode(text));
}

function cancel(attempt: number): Message {
  return { ...SAMPLE_MESSAGES["task.cancel"], attempt };
}

/** Sends `bytes` to a peer; returns the messages that it delivers and those that it answers. */
async function meet(bytes: Uint8Array, chunkBytes: number) {
  const [stranger, connection] = await connectPair(new MemoryTransport({ chunkBytes }));
  const peer = new Peer(connection);
  const [delivered, answers] = await Promise.all([
    messagesOf(peer),
    messagesOf(new Peer(stranger)),
    stranger.write(bytes),
  ]);
  return { delivered, answers, ending: await peer.closed };
}

Deno.test("Peer() carries every type of message in order, however the bytes are cut", async () => {
  const last = ["goodbye", "reject"];
  const any = Object.values(SAMPLE_MESSAGES).filter(({ type }) => !last.includes(type));
  const messages = fc.array(fc.constantFrom<Message>(...any));
  const chunkBytes = fc.integer({ min: 1, max: 400 });
  await fc.assert(
    fc.asyncProperty(messages, chunkBytes, async (messages, chunkBytes) => {
      const [here, there] = (await connectPair(new MemoryTransport({ chunkBytes })))
        .map((connection) => new Peer(connection));
      const arriving = messagesOf(there);
      const nothing = messagesOf(here);
      for (const message of messages) here.send(message);
      await here.close();
      assertEquals(await arriving, messages);
      assertEquals(await nothing, []);
    }),
  );
});

Deno.test("Peer() answers over TCP, both ways", async () => {
  const [here, there] = (await connectPair(new TcpTransport()))
    .map((connection) => new Peer(connection));
  const serving = (async () => {
    for await (const batch of there) {
      for (const message of batch) there.send(message);
    }
  })();
  const seen: Message[] = [];
  for (let attempt = 1; attempt <= 100; attempt++) here.send(cancel(attempt));
  for await (const batch of here) {
    seen.push(...batch);
    if (seen.length === 100) break;
  }
  assertEquals(seen, Array.from({ length: 100 }, (_, index) => cancel(index + 1)));
  await serving;
  assertEquals((await there.closed).code, "connection_lost");
  assertEquals((await here.closed).code, "shutting_down");
});

Deno.test("send() gathers what is sent in one turn, and what is sent during a write, into one write each", async () => {
  const written = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let index = 0;
  const connection = new ScriptedConnection(() => written[index++].promise);
  const peer = new Peer(connection);
  for (const attempt of [1, 2, 3]) peer.send(cancel(attempt));
  assertEquals(connection.writes.length, 0);
  await Promise.resolve();
  assertEquals(connection.writes, [[1, 2, 3].map(cancel)]);

  for (const attempt of [4, 5]) peer.send(cancel(attempt));
  await Promise.resolve();
  assertEquals(connection.writes.length, 1);
  const closing = peer.close();
  for (const { resolve } of written) resolve();
  await closing;
  assertEquals(connection.writes, [[1, 2, 3].map(cancel), [4, 5].map(cancel)]);
});

Deno.test("a batch holds all messages of a chunk", async () => {
  const connection = new ScriptedConnection();
  const payloads = [1, 2, 3].map((attempt) => encodeMessage(cancel(attempt)));
  await connection.arrive(encodeFrames(payloads));
  connection.end();
  assertEquals(await Array.fromAsync(new Peer(connection)), [[1, 2, 3].map(cancel)]);
});

Deno.test("sendPicture() sends pictures between messages in order, however the bytes are cut", async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 400 }), async (sizes, chunkBytes) => {
      const [near, far] = await connectPair(new MemoryTransport({ chunkBytes }));
      const here = new Peer(near);
      const seen: string[] = [];
      const there = new Peer(far, { onPicture: ({ digest, bytes }) => seen.push(`${digest} ${digestOf(bytes)}`) });
      const reading = (async () => {
        for await (const batch of there) for (const { type } of batch) seen.push(type);
      })();
      const nothing = messagesOf(here);
      const sent: string[] = [];
      for (const size of sizes) {
        const bytes = new Uint8Array(size).fill(size);
        here.sendPicture({ digest: digestOf(bytes), bytes });
        here.send(ping);
        sent.push(`${digestOf(bytes)} ${digestOf(bytes)}`, "ping");
      }
      await here.close();
      await Promise.all([reading, nothing]);
      // A batch is yielded after the pictures of its chunk.
      assertEquals(seen.filter((entry) => entry !== "ping"), sent.filter((entry) => entry !== "ping"));
      assertEquals(seen.length, sent.length);
    }),
    { numRuns: 40 },
  );
});

/** Returns `connection` with each chunk in the same memory, so that the next one overwrites it. */
function inOneBuffer(connection: Connection): Connection {
  async function* chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    const buffer = new Uint8Array(64 * 1024);
    for await (const chunk of connection.chunks) {
      buffer.set(chunk);
      yield buffer.subarray(0, chunk.length);
      buffer.fill(0xff);
    }
  }
  return {
    remote: connection.remote,
    chunks: chunks(),
    write: (bytes) => connection.write(bytes),
    close: () => connection.close(),
  };
}

Deno.test("Peer() keeps what arrived when the memory that it arrived in is used again, however the bytes are cut", async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 5_000 }), async (sizes, chunkBytes) => {
      const [near, far] = await connectPair(new MemoryTransport({ chunkBytes }));
      const pictures: InlinePicture[] = [];
      const there = new Peer(inOneBuffer(far), { onPicture: (picture) => pictures.push(picture) });
      const here = new Peer(near);
      const arriving = messagesOf(there);
      const nothing = messagesOf(here);
      const sent = sizes.map((size, at) => new Uint8Array(size).fill(at));
      for (const [at, bytes] of sent.entries()) {
        here.sendPicture({ digest: digestOf(bytes), bytes });
        here.send(cancel(at + 1));
      }
      await here.close();
      assertEquals(await arriving, sent.map((_, at) => cancel(at + 1)));
      assertEquals(await nothing, []);
      assertEquals(pictures.map(({ bytes }) => bytes), sent);
    }),
  );
});

Deno.test("canSendPicture() says no to what fills no frame, behind much that waits, and when the connection closes", async () => {
  const written = Promise.withResolvers<void>();
  const connection = new ScriptedConnection(() => written.promise);
  const peer = new Peer(connection);
  assertEquals([peer.canSendPicture(INLINE_PICTURE_BYTES_MAX), peer.canSendPicture(INLINE_PICTURE_BYTES_MAX + 1)], [
    true,
    false,
  ]);
  const bytes = new Uint8Array(INLINE_PICTURE_BYTES_MAX);
  const picture = { digest: digestOf(bytes), bytes };
  let inlinePictures = 0;
  for (; peer.canSendPicture(1); inlinePictures++) peer.sendPicture(picture);
  assertEquals(inlinePictures, 2);
  assertThrows(() => peer.sendPicture(picture), InvariantError);
  peer.send(ping);
  written.resolve();
  await peer.close();
  assertEquals(peer.canSendPicture(1), false);
});

Deno.test("a picture that may not travel inline ends the connection", async () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const inlinePictures = encodeFrames([encodePictureFrame({ digest: digestOf(bytes), bytes })]);
  const { delivered, answers, ending } = await meet(concat([inlinePictures, encodeFrame(encodeMessage(ping))]), 1_000);
  assertEquals([delivered, answers.length, ending.code], [[], 1, "message_invalid"]);
});

Deno.test("a batch is given out for each chunk, so that whoever listens hears of a long frame before its end", async () => {
  const connection = new ScriptedConnection();
  const frame = encodeFrame(encodeMessage(ping));
  for (const chunk of [frame.slice(0, 3), frame.slice(3)]) await connection.arrive(chunk);
  connection.end();
  assertEquals(await Array.fromAsync(new Peer(connection)), [[], [ping]]);
});

Deno.test("send() throws for a message that is not valid, and the connection goes on", async () => {
  const connection = new ScriptedConnection();
  const peer = new Peer(connection);
  const wrong = { ...SAMPLE_MESSAGES["task.result"], serviceMs: NaN };
  const error = assertThrows(() => peer.send(wrong), DmlError, "serviceMs");
  assertEquals(error.code, "message_invalid");
  peer.send(ping);
  await peer.close();
  assertEquals(connection.writes, [[ping]]);
});

Deno.test("a message of unknown type is answered with an error and the connection goes on", async () => {
  const connection = new ScriptedConnection();
  const peer = new Peer(connection);
  await connection.arrive(frameOf(`{"type":"task.explode"}`));
  await connection.arrive(encodeFrame(encodeMessage(ping)));
  for await (const batch of peer) {
    if (batch.length === 0) continue;
    assertEquals(batch, [ping]);
    break;
  }
  const [answer] = connection.writes.flat();
  assert(answer.type === "error");
  assertEquals(answer.code, "message_unknown");
  assertStringIncludes(answer.reason, `"task.explode"`);
});

Deno.test("what is no message ends the connection with its code, behind the messages before it", async () => {
  const before = encodeFrame(encodeMessage(ping));
  const after = encodeFrame(encodeMessage(goodbye));
  const future = { ...SAMPLE_MESSAGES.hello, protocol: { min: 8, max: 9 } };
  const cases: [Uint8Array, ErrorCode][] = [
    [new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "frame_too_large"],
    [new Uint8Array(16), "message_invalid"],
    [new Uint8Array(16).fill(255), "frame_too_large"],
    [frameOf("not json"), "message_invalid"],
    [frameOf("[".repeat(100_000)), "message_invalid"],
    [frameOf(`{"type":"ping","__proto__":{}}`), "message_invalid"],
    [frameOf(`{"type":"ping","${"k".repeat(900_000)}":1}`), "message_invalid"],
    [frameOf(`{"type":"task.cancel","attempt":1e999}`), "message_invalid"],
    [frameOf(JSON.stringify(future)), "protocol_version"],
  ];
  for (const [bytes, code] of cases) {
    for (const chunkBytes of [1_000_000, 700]) {
      const stream = concat([before, bytes, after]);
      const { delivered, answers: [answer, ...rest], ending } = await meet(stream, chunkBytes);
      assert(answer.type === "goodbye" && rest.length === 0);
      assertEquals(answer.code, code);
      assertEquals(delivered, [ping]);
      assertEquals(ending, { code, reason: answer.reason });
    }
  }
});

Deno.test("a goodbye reaches over TCP also who had more to say", async () => {
  const [stranger, connection] = await connectPair(new TcpTransport());
  const peer = new Peer(connection);
  const reading = messagesOf(peer);
  const answering = messagesOf(new Peer(stranger));
  await stranger.write(new Uint8Array(3_000_000).fill(255));
  const [answer] = await answering;
  assert(answer.type === "goodbye");
  assertEquals(answer.code, "frame_too_large");
  assertEquals(await reading, []);
  assertEquals((await peer.closed).code, "frame_too_large");
});

Deno.test("a side that broke the protocol and stays is closed when its time is up", async () => {
  const clock = new ManualClock();
  const connection = new ScriptedConnection();
  const peer = new Peer(connection, { clock });
  await connection.arrive(new Uint8Array(16).fill(255));
  const reading = messagesOf(peer);
  while (clock.pending === 0) await Promise.resolve();
  assertEquals(connection.isClosed, false);
  clock.advance(LIMITS.flushMs);
  assertEquals(await reading, []);
  assertEquals([connection.isClosed, clock.pending], [true, 0]);
});

Deno.test("random bytes never crash a peer, and are never delivered", async () => {
  const pieces = fc.array(fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.json().map(frameOf),
    fc.constantFrom(...Object.values(SAMPLE_MESSAGES)).chain((message) => {
      const frame = encodeFrame(encodeMessage(message));
      return fc.tuple(fc.nat(frame.length - 1), fc.nat(255)).map(([at, byte]) => {
        const damaged = frame.slice();
        damaged[at] = byte;
        return damaged;
      });
    }),
  ));
  await fc.assert(
    fc.asyncProperty(pieces, async (pieces) => {
      const connection = new ScriptedConnection();
      const peer = new Peer(connection);
      for (const bytes of pieces) await connection.arrive(bytes);
      connection.end();
      for (const message of await messagesOf(peer)) encodeMessage(message);
      assert((await peer.closed).reason.length <= LIMITS.reasonCharactersMax);
      assert(connection.isClosed);
    }),
    { numRuns: 300 },
  );
});

Deno.test("a side that reads nothing is closed with peer_too_slow", async () => {
  const connection = new ScriptedConnection(() => new Promise(() => {}));
  const peer = new Peer(connection);
  const big = { ...goodbye, reason: "x".repeat(2_000) };
  let sent = 0;
  while (!connection.isClosed) {
    peer.send(big);
    sent++;
  }
  assertEquals((await peer.closed).code, "peer_too_slow");
  const frameBytes = encodeFrame(encodeMessage(big)).length;
  assertEquals(sent - 1, Math.floor(LIMITS.outboundBytesMax / frameBytes));
  peer.send(big);
  await peer.close();
});

Deno.test("bytes that were written no longer count against a peer", async () => {
  const connection = new ScriptedConnection();
  const peer = new Peer(connection);
  const big = { ...goodbye, reason: "x".repeat(2_000) };
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 5_000; index++) peer.send(big);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
  assertEquals(connection.writes.flat().length, 15_000);
  assertEquals(connection.isClosed, false);
  await peer.close();
  assertEquals((await peer.closed).code, "shutting_down");
});

Deno.test("close() hands over what is queued, and what is sent behind it is dropped", async () => {
  const clock = new ManualClock();
  const connection = new ScriptedConnection();
  const peer = new Peer(connection, { clock });
  peer.send(ping);
  const closing = peer.close("forbidden", "because");
  peer.send(goodbye);
  await closing;
  assertEquals(connection.writes, [[ping]]);
  assertEquals([connection.isClosed, clock.pending], [true, 0]);
  await peer.close("internal", "too late");
  assertEquals(await peer.closed, { code: "forbidden", reason: "because" });
});

Deno.test("close() gives up on a side that reads nothing when its time is up", async () => {
  const clock = new ManualClock();
  const connection = new ScriptedConnection(() => new Promise(() => {}));
  const peer = new Peer(connection, { clock });
  peer.send(ping);
  const closing = peer.close();
  clock.advance(LIMITS.flushMs - 1);
  assertEquals(connection.isClosed, false);
  clock.advance(1);
  assertEquals(connection.isClosed, true);
  assertEquals((await peer.closed).code, "shutting_down");
  await closing;
});

Deno.test("leave() says goodbye, in a reason that fits, before it closes", async () => {
  const connection = new ScriptedConnection();
  const peer = new Peer(connection);
  await peer.leave("node_duplicate", "twice ".repeat(1_000));
  const [message] = connection.writes.flat();
  assert(message.type === "goodbye");
  assertEquals([message.code, message.reason.length], ["node_duplicate", 2_000]);
});

Deno.test("closed tells what the other side said when it left", async () => {
  const cases: [Message[], number, string][] = [
    [[ping, goodbye], 0, "shutting_down"],
    [[SAMPLE_MESSAGES.reject], 0, "unauthorized"],
    [[{ ...goodbye, code: "bored" }], 0, "connection_lost"],
    [[ping], 0, "connection_lost"],
    [[ping, ping], 3, "connection_lost"],
  ];
  for (const [messages, cutBytes, code] of cases) {
    const connection = new ScriptedConnection();
    const frames = encodeFrames(messages.map((message) => encodeMessage(message)));
    await connection.arrive(frames.subarray(0, frames.length - cutBytes));
    connection.end();
    const peer = new Peer(connection);
    assertEquals((await messagesOf(peer)).length, messages.length - Math.sign(cutBytes));
    const ending = await peer.closed;
    assertEquals(ending.code, code);
    if (cutBytes > 0) assertStringIncludes(ending.reason, "amid a message");
  }
});

Deno.test("a goodbye is the last message of the loop, which closes without waiting for the end", async () => {
  const messages = [ping, goodbye, cancel(1)].map(encodeMessage);
  for (const chunks of [[encodeFrames(messages)], messages.map(encodeFrame)]) {
    const connection = new ScriptedConnection();
    for (const chunk of chunks) await connection.arrive(chunk);
    const peer = new Peer(connection);
    assertEquals(await messagesOf(peer), [ping, goodbye]);
    assertEquals(await peer.closed, { code: "shutting_down", reason: goodbye.reason });
    assert(connection.isClosed);
  }
});

Deno.test("leaving the loop by a break or a throw closes the connection, with what was queued", async () => {
  for (const isThrow of [false, true]) {
    const connection = new ScriptedConnection();
    const peer = new Peer(connection);
    await connection.arrive(encodeFrame(encodeMessage(ping)));
    const loop = async () => {
      for await (const _ of peer) {
        peer.send(goodbye);
        if (isThrow) throw new RangeError("the reader failed");
        break;
      }
    };
    if (isThrow) await assertRejects(loop, RangeError, "the reader failed");
    else await loop();
    assertEquals(connection.writes, [[goodbye]]);
    assertEquals((await peer.closed).code, "shutting_down");
  }
});

Deno.test("a write that fails does not hide what the other side said before it left", async () => {
  const clock = new ManualClock();
  const connection = new ScriptedConnection(() => Promise.reject(new DmlError("connection_lost", "broke")));
  const peer = new Peer(connection, { clock });
  await connection.arrive(encodeFrame(encodeMessage({ ...goodbye, code: "node_duplicate" })));
  peer.send(ping);
  while (clock.pending === 0) await Promise.resolve();
  connection.end();
  await messagesOf(peer);
  assertEquals((await peer.closed).code, "node_duplicate");
  assertEquals(clock.pending, 0);
});

Deno.test("a write that fails closes soon also when nothing more is read", async () => {
  const clock = new ManualClock();
  const connection = new ScriptedConnection(() => Promise.reject(new DmlError("connection_lost", "broke")));
  const peer = new Peer(connection, { clock });
  peer.send(ping);
  while (clock.pending === 0) await Promise.resolve();
  peer.send(ping);
  clock.advance(LIMITS.flushMs);
  assertEquals((await peer.closed).code, "connection_lost");
  assertEquals(connection.writes.length, 1);
});

Deno.test("a peer is iterated once", async () => {
  const connection = new ScriptedConnection();
  const peer = new Peer(connection);
  connection.end();
  await messagesOf(peer);
  await assertRejects(() => messagesOf(peer), InvariantError);
});
