// @ts-types="./to_bytes.d.ts"
import { toBytes } from "@std/streams/to_bytes.js";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";

/** An empty blob store under test, removed at disposal. */
export interface OpenedBlobStore extends AsyncDisposable {
  readonly store: BlobStore;
}

/**
 * Registers the tests that every `BlobStore` must pass. A `remote` one can neither list nor delete.
 */
export function blobStoreContract(
  name: string,
  options: { open: () => Promise<OpenedBlobStore>; remote: boolean },
): void {
  function criterion(text: string, check: (store: BlobStore) => Promise<void>): void {
    Deno.test(`${name} ${text}`, async () => {
      await using opened = await options.open();
      await check(opened.store);
    });
  }
  readingCriteria(criterion);
  writingCriteria(criterion);
  receivingCriteria(criterion);
  if (options.remote) remoteCriteria(criterion);
  else localCriteria(criterion);
}

type Criterion = (text: string, check: (store: BlobStore) => Promise<void>) => void;

/**
 * Returns bytes without a repeating pattern, so that a shifted part cannot be mistaken for the
 * right one.
 */
export function sampleBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => random() * 256);
}

/** Asserts that `promise` rejects with a `DmlError` of `code`. */
export async function assertCode(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  assertEquals((await assertRejects(() => promise, DmlError)).code, code);
}

const BYTES = sampleBytes(10_000);
const DIGEST = digestOf(BYTES);
/** More bytes than one chunk of a stream holds, and no round number. */
const LARGE = sampleBytes(1_500_001, 2);
const LARGE_DIGEST = digestOf(LARGE);
const ABSENT = digestOf(sampleBytes(10, 3));

function readingCriteria(criterion: Criterion): void {
  criterion("stat() returns the size, and null for an absent blob", async (store) => {
    await store.put(DIGEST, BYTES);
    assertEquals(await store.stat(DIGEST), BYTES.length);
    assertEquals(await store.stat(ABSENT), null);
  });

  criterion("read() returns the bytes that were put", async (store) => {
    await store.put(DIGEST, BYTES);
    await store.put(LARGE_DIGEST, LARGE);
    assertEquals(await store.read(DIGEST), BYTES);
    assertEquals(digestOf(await store.read(LARGE_DIGEST)), LARGE_DIGEST);
  });

  criterion("read() and open() of an absent blob throw blob_not_found", async (store) => {
    await assertCode(store.read(ABSENT), "blob_not_found");
    await assertCode(store.open(ABSENT), "blob_not_found");
    await assertCode(store.open(ABSENT, { offset: 5 }), "blob_not_found");
  });

  for (const [digest, bytes] of [[DIGEST, BYTES], [LARGE_DIGEST, LARGE]] as const) {
    criterion(`open() reads ${bytes.length} bytes from any offset to the end`, async (store) => {
      await store.put(digest, bytes);
      for (const offset of [0, 1, 4_096, bytes.length - 1, bytes.length]) {
        const reading = await store.open(digest, { offset });
        assertEquals(reading.size, bytes.length);
        const got = await toBytes(reading.stream);
        assertEquals(got.length, bytes.length - offset);
        assertEquals(digestOf(got), digestOf(bytes.subarray(offset)));
      }
    });
  }

  criterion("open() refuses an offset past the end", async (store) => {
    await store.put(DIGEST, BYTES);
    await assertCode(store.open(DIGEST, { offset: BYTES.length + 1 }), "request_invalid");
  });

  criterion("open() returns a byte stream that reads into the reader's own buffer", async (store) => {
    await store.put(DIGEST, BYTES);
    const reader = (await store.open(DIGEST)).stream.getReader({ mode: "byob" });
    const { value } = await reader.read(new Uint8Array(100));
    assert(value !== undefined);
    assertEquals(value, BYTES.slice(0, value.length));
    await reader.cancel();
  });

  criterion("open() releases everything when its stream is cancelled", async (store) => {
    await store.put(LARGE_DIGEST, LARGE);
    const { stream } = await store.open(LARGE_DIGEST);
    await stream.cancel();
  });
}

function writingCriteria(criterion: Criterion): void {
  criterion("put() refuses bytes that do not match the digest and keeps nothing", async (store) => {
    await assertCode(store.put(DIGEST, BYTES.slice(1)), "blob_corrupt");
    assertEquals(await store.stat(DIGEST), null);
  });

  criterion("put() refuses wrong bytes even if the right ones are stored", async (store) => {
    await store.put(DIGEST, BYTES);
    await assertCode(store.put(DIGEST, LARGE), "blob_corrupt");
    assertEquals(await store.read(DIGEST), BYTES);
  });

  criterion("put() of an empty blob can be read back", async (store) => {
    const empty = new Uint8Array(0);
    await store.put(digestOf(empty), empty);
    assertEquals(await store.stat(digestOf(empty)), 0);
    assertEquals(await store.read(digestOf(empty)), empty);
    assertEquals((await toBytes((await store.open(digestOf(empty))).stream)).length, 0);
  });

  criterion("put() of one digest several times at once stores it once", async (store) => {
    await Promise.all(Array.from({ length: 8 }, () => store.put(DIGEST, BYTES)));
    assertEquals(await store.read(DIGEST), BYTES);
  });

  criterion("put() and read() copy the bytes", async (store) => {
    const mine = BYTES.slice();
    await store.put(DIGEST, mine);
    mine.fill(0);
    (await store.read(DIGEST)).fill(0);
    assertEquals(await store.read(DIGEST), BYTES);
  });
}

function receivingCriteria(criterion: Criterion): void {
  criterion("receive() publishes on commit and not before", async (store) => {
    const writer = await store.receive(DIGEST, BYTES.length);
    assertEquals(writer.offset, 0);
    await writer.write(BYTES.slice(0, 3_000));
    await writer.write(BYTES.slice(3_000));
    assertEquals(await store.stat(DIGEST), null);
    await writer.commit();
    await writer.close();
    assertEquals(await store.read(DIGEST), BYTES);
  });

  criterion("receive() lets the caller use its buffer again after write()", async (store) => {
    const writer = await store.receive(DIGEST, BYTES.length);
    const buffer = new Uint8Array(1_000);
    for (let offset = 0; offset < BYTES.length; offset += buffer.length) {
      buffer.set(BYTES.subarray(offset, offset + buffer.length));
      await writer.write(buffer);
    }
    await writer.commit();
    await writer.close();
    assertEquals(await store.read(DIGEST), BYTES);
  });

  criterion("receive() of an empty blob needs no write()", async (store) => {
    const digest = digestOf(new Uint8Array(0));
    const writer = await store.receive(digest, 0);
    await writer.commit();
    await writer.close();
    assertEquals(await store.stat(digest), 0);
  });

  criterion("receive() resumes at its offset after an interruption", async (store) => {
    const first = await store.receive(DIGEST, BYTES.length);
    await first.write(BYTES.slice(0, 6_000));
    await first.close();
    assertEquals(await store.stat(DIGEST), null);
    const second = await store.receive(DIGEST, BYTES.length);
    await second.write(BYTES.slice(second.offset));
    await second.commit();
    await second.close();
    assertEquals(await store.read(DIGEST), BYTES);
  });

  const wrong = BYTES.slice();
  wrong[9_999] ^= 1;
  const faults = { "other bytes": wrong, "too few bytes": BYTES.slice(0, 9_999) };
  for (const [fault, bytes] of Object.entries(faults)) {
    criterion(`receive() of ${fault} keeps nothing`, async (store) => {
      const writer = await store.receive(DIGEST, BYTES.length);
      await writer.write(bytes);
      await assertCode(writer.commit(), "blob_corrupt");
      await writer.close();
      assertEquals(await store.stat(DIGEST), null);
      await receiveFromZero(store);
    });
  }

  criterion("receive() of more bytes than announced keeps nothing", async (store) => {
    const writer = await store.receive(DIGEST, BYTES.length);
    await writer.write(BYTES.slice(0, 9_000));
    await assertCode(writer.write(BYTES.slice(8_999)), "blob_corrupt");
    await writer.close();
    assertEquals(await store.stat(DIGEST), null);
    await receiveFromZero(store);
  });
}

async function receiveFromZero(store: BlobStore): Promise<void> {
  const writer = await store.receive(DIGEST, BYTES.length);
  assertEquals(writer.offset, 0);
  await writer.write(BYTES);
  await writer.commit();
  await writer.close();
  assertEquals(await store.read(DIGEST), BYTES);
}

function localCriteria(criterion: Criterion): void {
  criterion("list() returns complete blobs only, delete() removes them", async (store) => {
    await store.put(DIGEST, BYTES);
    await store.put(LARGE_DIGEST, LARGE);
    const part = await store.receive(ABSENT, 10);
    await part.write(new Uint8Array(3));
    await part.close();
    const sizes = new Map<string, number>();
    for await (const { digest, size } of store.list()) sizes.set(digest, size);
    assertEquals(sizes, new Map([[DIGEST, BYTES.length], [LARGE_DIGEST, LARGE.length]]));
    assertEquals(await store.delete(DIGEST), true);
    assertEquals(await store.delete(DIGEST), false);
    assertEquals(await store.stat(DIGEST), null);
    assertEquals(await store.stat(LARGE_DIGEST), LARGE.length);
  });
}

function remoteCriteria(criterion: Criterion): void {
  criterion("list() and delete() are refused", async (store) => {
    await store.put(DIGEST, BYTES);
    await assertCode(store.delete(DIGEST), "request_invalid");
    await assertCode(Array.fromAsync(store.list()), "request_invalid");
    assertEquals(await store.stat(DIGEST), BYTES.length);
  });
}
