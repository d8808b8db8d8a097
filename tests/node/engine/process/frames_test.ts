import { type Frame, FrameReader, FrameWriter } from "../../../../node/engine/process/frames.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assertEquals, assertRejects } from "../../../assert.ts";

/** A pipe in memory that passes on at most `step` bytes at a time, in each direction. */
class Pipe {
  readonly bytes: number[] = [];
  readonly #step: number;
  writes = 0;

  constructor(step: number) {
    this.#step = step;
  }

  write(bytes: Uint8Array): Promise<number> {
    this.writes++;
    const taken = bytes.subarray(0, this.#step);
    for (const byte of taken) this.bytes.push(byte);
    return Promise.resolve(taken.length);
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.bytes.length === 0) return Promise.resolve(null);
    const taken = this.bytes.splice(0, Math.min(this.#step, buffer.length));
    buffer.set(taken);
    return Promise.resolve(taken.length);
  }
}

const FRAMES: readonly Frame[] = [
  { head: { type: "empty" }, parts: [] },
  { head: "é", parts: [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(70_000).fill(7)] },
  { head: null, parts: [Uint8Array.of(9)] },
];

async function written(pipe: Pipe, frames = FRAMES): Promise<void> {
  const writer = new FrameWriter(pipe, {
    onFailure(error) {
      throw error;
    },
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const last = { write: pipe.write.bind(pipe) };
  const total = frames.reduce((sum, { head, parts }) => {
    const headBytes = new TextEncoder().encode(JSON.stringify(head)).length;
    return sum + 8 + 8 * parts.length + headBytes + parts.reduce((bytes, part) => bytes + part.length, 0);
  }, 0);
  pipe.write = async (bytes) => {
    const count = await last.write(bytes);
    if (pipe.bytes.length === total) resolve();
    return count;
  };
  for (const frame of frames) writer.send(frame);
  await promise;
}

Deno.test("FrameReader.next() reads the frames that FrameWriter wrote, however the bytes arrive", async () => {
  for (const step of [1, 5, 4_096, 1_000_000]) {
    const pipe = new Pipe(step);
    await written(pipe);
    const reader = new FrameReader(pipe, null);
    for (const frame of FRAMES) assertEquals(await reader.next(), frame);
    assertEquals(await reader.next(), null);
  }
});

Deno.test("FrameWriter writes small frames that wait together in one piece", async () => {
  const pipe = new Pipe(1_000_000);
  await written(pipe, [FRAMES[0], FRAMES[2], FRAMES[0]]);
  assertEquals(pipe.writes, 1);
});

Deno.test("FrameReader.next() puts parts where the caller wants them", async () => {
  const pipe = new Pipe(10);
  await written(pipe, [FRAMES[1]]);
  const memory = new Uint8Array(new SharedArrayBuffer(3));
  const asked: unknown[] = [];
  const frame = await new FrameReader(pipe, null).next((head, { index, byteLength }) => {
    asked.push([head, index, byteLength]);
    return index === 0 ? memory : new Uint8Array(byteLength);
  });
  assertEquals(asked, [["é", 0, 3], ["é", 1, 0], ["é", 2, 70_000]]);
  assertEquals([...memory], [1, 2, 3]);
  assertEquals(frame?.parts[0], memory);
});

Deno.test("FrameReader.next() refuses what is over the limits before it takes memory for it", async () => {
  const limits = { headBytesMax: 20, partsMax: 3, partBytesMax: 70_003 };
  const sizes = [
    { ...limits, headBytesMax: 3 },
    { ...limits, partsMax: 2 },
    { ...limits, partBytesMax: 70_002 },
  ];
  for (const tooLow of sizes) {
    const pipe = new Pipe(1_000_000);
    await written(pipe, [FRAMES[1]]);
    const reading = () => new FrameReader(pipe, tooLow).next(() => new Uint8Array(1e12));
    assertEquals((await assertRejects(reading, DmlError) as DmlError).code, "message_invalid");
  }
  const pipe = new Pipe(1_000_000);
  await written(pipe, [FRAMES[1]]);
  assertEquals(await new FrameReader(pipe, limits).next(), FRAMES[1]);
});

Deno.test("FrameReader.next() throws for a frame that is cut short, has no JSON or an impossible part", async () => {
  const pipe = new Pipe(1_000_000);
  await written(pipe, [FRAMES[1]]);
  pipe.bytes.pop();
  const cut = await assertRejects(() => new FrameReader(pipe, null).next(), DmlError) as DmlError;
  assertEquals(cut.code, "connection_lost");
  for (const bytes of [[1, 0, 0, 0, 0, 0, 0, 0, 0x7b], [4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f]]) {
    const bad = new Pipe(100);
    bad.bytes.push(...bytes);
    assertEquals(
      (await assertRejects(() => new FrameReader(bad, null).next(), DmlError) as DmlError).code,
      "message_invalid",
    );
  }
});
