import { Hono } from "hono";
import { problemResponse } from "../../../../protocol/http/problem.ts";
import { Uploads } from "../../../../master/http/uploads/uploads.ts";
import { problemSchema } from "../../../../protocol/http_api/api.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { sampleBytes } from "../../../contract/blob_store_contract.ts";
import { ManualClock } from "../../../protocol/manual_clock.ts";
import { MasterFixture, resultOf } from "../../master_fixture.ts";
import { ask } from "../http_fixture.ts";

const MIB = 1024 * 1024;
const PICTURE = sampleBytes(3 * MIB);

/** A body whose bytes the test sends. */
class Sent {
  readonly #stream = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  readonly #writer = this.#stream.writable.getWriter();
  readonly request: RequestInit;

  /** Takes the announced size; `null` for a body in chunks. */
  constructor(announced: number | null) {
    const headers: HeadersInit = announced === null ? {} : { "content-length": String(announced) };
    this.request = { method: "POST", body: this.#stream.readable, headers };
  }

  /** Sends bytes, and resolves once they were read or will not be. */
  async send(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#writer.write(bytes).catch(() => {});
  }

  async end(): Promise<void> {
    await this.#writer.close().catch(() => {});
  }
}

/** A server that reads bodies; `memory.bytes` is what they take. */
function setUp({ shareBytesMax }: { shareBytesMax?: number } = {}) {
  const clock = new ManualClock();
  const memory = { bytes: 0 };
  const predictions = {
    reserve(size: number) {
      memory.bytes += size;
      return Promise.resolve(() => void (memory.bytes -= size));
    },
  };
  const uploads = new Uploads({ predictions, clock, credentials: null, shareBytesMax });
  const app = new Hono();
  app.post("/", async (context) => context.body(await uploads.read(context)));
  app.onError((error) => problemResponse(error));
  const post = (sent: Sent, remote = "10.0.0.1") => Promise.resolve(app.request("/", sent.request, { remote }));
  return { clock, memory, post };
}

async function problemOf(answer: Promise<Response>): Promise<[number, string]> {
  const { status, code } = problemSchema.parse(await (await answer).json());
  return [status, code];
}

Deno.test("Uploads reads bodies of any size as they were sent, and gives their memory back", async () => {
  const { clock, memory, post } = setUp();
  for (const size of [1, 1_000, MIB, MIB + 1, 3 * MIB]) {
    const bytes = PICTURE.slice(0, size);
    const sent = new Sent(size);
    const answer = post(sent);
    for (let at = 0; at < size; at += 100_000) await sent.send(bytes.slice(at, at + 100_000));
    await sent.end();
    assertEquals(await (await answer).bytes(), bytes);
    assertEquals([memory.bytes, clock.pending], [0, 0]);
  }
});

Deno.test("Uploads reads bodies in chunks, up to the limit", async () => {
  const { clock, memory, post } = setUp();
  for (const size of [1, 1_000, MIB, 3 * MIB]) {
    const sent = new Sent(null);
    const answer = post(sent);
    for (let at = 0; at < size; at += 100_000) await sent.send(PICTURE.slice(at, Math.min(size, at + 100_000)));
    await sent.end();
    assertEquals(await (await answer).bytes(), PICTURE.slice(0, size));
    assertEquals([memory.bytes, clock.pending], [0, 0]);
  }
});

Deno.test("Uploads refuses a body in chunks at the first byte that is too many", async () => {
  const { memory, post } = setUp();
  const sent = new Sent(null);
  const answer = post(sent);
  for (let size = 0; size <= LIMITS.imageBytesMax; size += PICTURE.length) await sent.send(PICTURE);
  assertEquals(await problemOf(answer), [413, "image_too_large"]);
  assertEquals(memory.bytes, 0);
});

Deno.test("Uploads takes memory as bytes arrive, not as they are announced", async () => {
  const { memory, post, clock } = setUp();
  const sent = new Sent(64 * MIB);
  const answer = post(sent);
  await sent.send(PICTURE.slice(0, 10));
  await sent.send(PICTURE.slice(0, 10));
  assert(memory.bytes < MIB, `${memory.bytes} bytes`);
  await sent.send(PICTURE);
  await sent.send(PICTURE.slice(0, 10));
  assert(memory.bytes > 3 * MIB && memory.bytes <= 8 * MIB, `${memory.bytes} bytes`);
  await sent.end();
  assertEquals(await problemOf(answer), [400, "request_invalid"]);
  assertEquals([memory.bytes, clock.pending], [0, 0]);
});

Deno.test("Uploads refuses a body with more bytes than were announced", async () => {
  for (const size of [1_000, 2 * MIB]) {
    const { post, memory } = setUp();
    const sent = new Sent(size);
    const answer = post(sent);
    void sent.send(PICTURE);
    void sent.end();
    assertEquals(await problemOf(answer), [400, "request_invalid"]);
    assertEquals(memory.bytes, 0);
  }
});

Deno.test("Uploads gives each address a share, beyond which its bodies are refused and no others", async () => {
  const { post, memory } = setUp({ shareBytesMax: 6.5 * MIB });
  const first = new Sent(8 * MIB);
  const answer = post(first);
  await first.send(PICTURE);
  await first.send(PICTURE.slice(0, 10));
  const second = new Sent(MIB);
  assertEquals(await problemOf(post(second)), [429, "queue_full"]);
  const other = new Sent(MIB);
  const answered = post(other, "10.0.0.2");
  void other.send(PICTURE.slice(0, MIB));
  void other.end();
  assertEquals((await answered).status, 200);
  void first.send(PICTURE);
  assertEquals(await problemOf(answer), [429, "queue_full"]);
  assertEquals(memory.bytes, 0);
});

Deno.test("Uploads refuses a body that is too slow, and not one that is slow enough", async () => {
  const { clock, post, memory } = setUp();
  const { uploadGraceMs, uploadBytesPerSecondMin } = LIMITS;
  const slow = new Sent(2 * MIB);
  const answer = post(slow);
  await slow.send(PICTURE.slice(0, 10));
  clock.advance(uploadGraceMs - 1);
  for (let second = 0; second < 30; second++) {
    await slow.send(PICTURE.slice(0, uploadBytesPerSecondMin));
    await slow.send(PICTURE.slice(0, 1)); // The bytes before it are counted now.
    clock.advance(1_000);
  }
  assert(memory.bytes > 0, "it still arrives");
  clock.advance(1_000);
  assertEquals(await problemOf(answer), [408, "upload_too_slow"]);
  assertEquals([memory.bytes, clock.pending], [0, 0]);
});

Deno.test("Uploads refuses a small body that stops in the middle", async () => {
  const { clock, post, memory } = setUp();
  const sent = new Sent(1_000);
  const answer = post(sent);
  await sent.send(PICTURE.slice(0, 10));
  clock.advance(LIMITS.uploadGraceMs + 1_000);
  assertEquals(await problemOf(answer), [408, "upload_too_slow"]);
  assertEquals(memory.bytes, 0);
});

Deno.test("bodies that announce much and send little keep nobody else out", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const greedy = Array.from({ length: 17 }, () => new Sent(LIMITS.imageBytesMax));
  const refused = greedy.map((sent) => ask(fixture.master, "/v1/predictions", sent.request));
  await Promise.all(greedy.map((sent) => sent.send(PICTURE.slice(0, 10))));
  const answer = ask(fixture.master, "/v1/predictions", { method: "POST", body: PICTURE.slice(0, 20) });
  node.send(resultOf(await node.next("task.assign")));
  assertEquals((await answer).status, 200);
  const statuses = await fixture.passUntil(
    Promise.all(refused.map(async (response) => (await problemOf(response))[0])),
  );
  assertEquals(new Set(statuses), new Set([408]));
});
