import { Hono } from "hono";
import { DiskBlobStore } from "../../../protocol/blob/disk_blob_store.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { problemSchema } from "../../../protocol/http_api/api.ts";
import { blobRoutes, type BlobRoutesOptions } from "../../../protocol/http/blob_routes.ts";
import { blobPath } from "../../../protocol/http_api/paths.ts";
import { problemResponse } from "../../../protocol/http/problem.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { sampleBytes } from "../../contract/blob_store_contract.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const BYTES = sampleBytes(10_000);
const PATH = blobPath(digestOf(BYTES));
/** A blob so large that it is streamed. */
const LARGE = sampleBytes(1_200_000, 2);
const LARGE_PATH = blobPath(digestOf(LARGE));
const BYTES_MAX = 20_000;

function appWith(options: Partial<BlobRoutesOptions>): Hono {
  const app = new Hono();
  app.route("/", blobRoutes({ read: [], bytesMax: BYTES_MAX, ...options }));
  return app.onError((error) => problemResponse(error));
}

async function appWithBlobs(): Promise<Hono> {
  const store = new MemoryBlobStore();
  await store.put(digestOf(BYTES), BYTES);
  await store.put(digestOf(LARGE), LARGE);
  return appWith({ read: [store] });
}

async function assertProblem(
  response: Response,
  expected: { status: number; code: ErrorCode },
): Promise<void> {
  assertEquals(response.status, expected.status);
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  const problem = problemSchema.parse(await response.json());
  assertEquals({ status: problem.status, code: problem.code }, expected);
}

function put(path: string, body: Uint8Array<ArrayBuffer>, length = String(body.length)) {
  return new Request(`http://localhost${path}`, {
    method: "PUT",
    body,
    headers: { "content-length": length },
  });
}

Deno.test("blobRoutes() GET sends the bytes and lets the caller alone keep them for ever", async () => {
  const response = await (await appWithBlobs()).request(PATH);
  assertEquals(response.status, 200);
  assertEquals(await response.bytes(), BYTES);
  assertEquals(response.headers.get("cache-control"), "private, max-age=31536000, immutable");
  assertEquals(response.headers.get("etag"), `"${digestOf(BYTES)}"`);
  assertEquals(response.headers.get("content-length"), "10000");
  assertEquals(response.headers.get("accept-ranges"), "bytes");
  assertEquals(response.headers.get("content-type"), "application/octet-stream");
});

Deno.test("blobRoutes() HEAD sends the headers of GET and no body", async () => {
  const app = await appWithBlobs();
  for (const headers of [new Headers(), new Headers({ range: "bytes=5-9" })]) {
    const get = await app.request(LARGE_PATH, { headers });
    const head = await app.request(LARGE_PATH, { headers, method: "HEAD" });
    assertEquals(head.status, get.status);
    assertEquals([...head.headers], [...get.headers]);
    assertEquals((await head.bytes()).length, 0);
    await get.body?.cancel();
  }
});

for (const [path, bytes] of [[PATH, BYTES], [LARGE_PATH, LARGE]] as const) {
  Deno.test(`blobRoutes() GET sends a part of ${bytes.length} bytes`, async () => {
    const app = await appWithBlobs();
    const parts = [
      ["bytes=0-0", 0, 1],
      ["bytes=100-199", 100, 200],
      ["bytes=9000-", 9_000, bytes.length],
      ["bytes=-10", bytes.length - 10, bytes.length],
    ] as const;
    for (const [range, start, end] of parts) {
      const response = await app.request(path, { headers: { range } });
      assertEquals(response.status, 206);
      const contentRange = `bytes ${start}-${end - 1}/${bytes.length}`;
      assertEquals(response.headers.get("content-range"), contentRange);
      assertEquals(response.headers.get("content-length"), String(end - start));
      assertEquals(await response.bytes(), bytes.slice(start, end));
    }
  });
}

Deno.test("blobRoutes() GET of a part closes the file that it reads", async () => {
  await using directory = await temporaryDirectory();
  const store = await DiskBlobStore.open(directory.path);
  await store.put(digestOf(LARGE), LARGE);
  const headers = { range: "bytes=100000-1000000" };
  const response = await appWith({ read: [store] }).request(LARGE_PATH, { headers });
  assertEquals(await response.bytes(), LARGE.slice(100_000, 1_000_001));
});

Deno.test("blobRoutes() GET answers 416 with the size and a problem when the range is past the end", async () => {
  const response = await (await appWithBlobs()).request(PATH, {
    headers: { range: "bytes=10000-" },
  });
  assertEquals(response.status, 416);
  assertEquals(response.headers.get("content-range"), "bytes */10000");
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  const { status, code, detail } = problemSchema.parse(await response.json());
  assertEquals([status, code], [416, "request_invalid"]);
  assertStringIncludes(detail, "10000 bytes");
});

Deno.test("blobRoutes() GET sends all bytes for several ranges, or if If-Range names another blob", async () => {
  const app = await appWithBlobs();
  const severalRanges = new Headers({ range: "bytes=0-1,4-5" });
  const otherVersion = new Headers({ range: "bytes=0-1", "if-range": '"x"' });
  for (const headers of [severalRanges, otherVersion]) {
    const response = await app.request(PATH, { headers });
    assertEquals(response.status, 200);
    assertEquals(await response.bytes(), BYTES);
  }
});

Deno.test("blobRoutes() GET answers 304 if If-None-Match names the blob", async () => {
  const app = await appWithBlobs();
  for (const tag of [`"${digestOf(BYTES)}"`, `"x", W/"${digestOf(BYTES)}"`, "*"]) {
    const response = await app.request(PATH, { headers: { "if-none-match": tag } });
    assertEquals(response.status, 304);
    assertEquals(response.body, null);
  }
});

Deno.test("blobRoutes() GET searches each store in turn", async () => {
  const [first, second] = [new MemoryBlobStore(), new MemoryBlobStore()];
  await second.put(digestOf(BYTES), BYTES);
  const app = appWith({ read: [first, second] });
  assertEquals(await (await app.request(PATH)).bytes(), BYTES);
  await assertProblem(await app.request(LARGE_PATH), { status: 404, code: "blob_not_found" });
});

Deno.test("blobRoutes() answers a malformed digest with a problem, and no path leads outside the store", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeTextFile(`${directory.path}/secret`, "secret");
  const store = await DiskBlobStore.open(`${directory.path}/blobs`);
  const app = appWith({ read: [store], write: store });
  const hex = "0".repeat(64);
  const malformed = [
    "x",
    "sha256:",
    `sha256:${hex}0`,
    `sha512:${hex}`,
    `sha256:${"A".repeat(64)}`,
    "..%2f..%2fsecret",
    "%2e%2e%2f%2e%2e%2fsecret",
    `sha256:..%2f..%2fsecret`,
    "sha256:%00",
    `sha256:${hex}%0a`,
    "%ff%fe",
  ];
  for (const text of malformed) {
    const refused = { status: 400, code: "request_invalid" } as const;
    await assertProblem(await app.request(`/blobs/${text}`), refused);
    await assertProblem(await app.request(put(`/blobs/${text}`, BYTES)), refused);
  }
  for (const path of ["/blobs/", "/blobs/../secret", "/blobs/a/b"]) {
    assertEquals((await app.request(path)).status, 404);
  }
});

Deno.test("blobRoutes() GET of a damaged file answers blob_corrupt once, then blob_not_found", async () => {
  await using directory = await temporaryDirectory();
  const store = await DiskBlobStore.open(directory.path);
  await store.put(digestOf(BYTES), BYTES);
  const hex = digestOf(BYTES).slice(7);
  await Deno.writeFile(`${directory.path}/sha256/${hex.slice(0, 2)}/${hex}`, BYTES.slice(1));
  const app = appWith({ read: [store] });
  await assertProblem(await app.request(PATH), { status: 422, code: "blob_corrupt" });
  await assertProblem(await app.request(PATH), { status: 404, code: "blob_not_found" });
});

Deno.test("blobRoutes() PUT answers 201, then 200 if the blob is there already", async () => {
  const store = new MemoryBlobStore();
  const app = appWith({ read: [store], write: store });
  assertEquals((await app.request(put(PATH, BYTES))).status, 201);
  assertEquals((await app.request(put(PATH, BYTES))).status, 200);
  assertEquals(await store.read(digestOf(BYTES)), BYTES);
});

Deno.test("blobRoutes() PUT refuses bytes with a wrong length, too many bytes, or a wrong digest", async () => {
  const store = new MemoryBlobStore();
  const app = appWith({ read: [store], write: store });
  const unsized = new Request(`http://localhost${PATH}`, { method: "PUT", body: BYTES });
  await assertProblem(await app.request(unsized), { status: 411, code: "request_invalid" });
  for (const length of ["-1", "1e3", "x"]) {
    const refused = { status: 411, code: "request_invalid" } as const;
    await assertProblem(await app.request(put(PATH, BYTES, length)), refused);
  }
  const short = { status: 400, code: "request_invalid" } as const;
  await assertProblem(await app.request(put(PATH, BYTES, "9999")), short);
  const wrong = { status: 422, code: "blob_corrupt" } as const;
  await assertProblem(await app.request(put(PATH, BYTES.slice(1))), wrong);
  assertEquals(store.bytes, 0);
});

Deno.test("blobRoutes() PUT refuses a body over the limit before it reads any of it", async () => {
  const store = new MemoryBlobStore();
  const app = appWith({ read: [store], write: store });
  const request = put(PATH, LARGE);
  await assertProblem(await app.request(request), { status: 413, code: "blob_too_large" });
  assertEquals(request.bodyUsed, false);
});

Deno.test("blobRoutes() PUT answers 429 with Retry-After when the store is full", async () => {
  const store = new MemoryBlobStore({ bytesMax: 5_000 });
  const app = appWith({ read: [store], write: store });
  const response = await app.request(put(PATH, BYTES));
  assertEquals(response.headers.get("retry-after"), "1");
  await assertProblem(response, { status: 429, code: "queue_full" });
});

Deno.test("blobRoutes() PUT is forbidden if there is no store to write to", async () => {
  const response = await appWith({}).request(put(PATH, BYTES));
  await assertProblem(response, { status: 403, code: "forbidden" });
});
