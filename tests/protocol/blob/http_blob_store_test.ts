// @ts-types="../../contract/to_bytes.d.ts"
import { toBytes } from "@std/streams/to_bytes.js";
import { Hono } from "hono";
import type { BlobStore } from "../../../protocol/ports/blob_store.ts";
import { DiskBlobStore } from "../../../protocol/blob/disk_blob_store.ts";
import { HttpBlobStore } from "../../../protocol/blob/http_blob_store.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { requireRole } from "../../../protocol/http/auth.ts";
import { blobRoutes } from "../../../protocol/http/blob_routes.ts";
import { problemResponse } from "../../../protocol/http/problem.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assertEquals } from "../../assert.ts";
import { assertCode, blobStoreContract, sampleBytes } from "../../contract/blob_store_contract.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { cuttingServer } from "./cutting_server.ts";

const BYTES_MAX = 4 * 1024 * 1024;
const BYTES = sampleBytes(10_000);
const DIGEST = digestOf(BYTES);

type Handler = (request: Request) => Response | Promise<Response>;

/** A server on a free port of the loopback, and a store that uses it. */
function serve(handler: Handler): AsyncDisposable & { url: string } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function appOver(store: BlobStore): Hono {
  const app = new Hono().route("/", blobRoutes({ read: [store], write: store, bytesMax: BYTES_MAX }));
  app.onError((error) => problemResponse(error));
  return app;
}

blobStoreContract("HttpBlobStore over memory", {
  remote: true,
  open() {
    const server = serve(appOver(new MemoryBlobStore()).fetch);
    const store = new HttpBlobStore(server.url);
    return Promise.resolve({
      store,
      async [Symbol.asyncDispose]() {
        store.close();
        await server[Symbol.asyncDispose]();
      },
    });
  },
});

blobStoreContract("HttpBlobStore over disk", {
  remote: true,
  async open() {
    const directory = await temporaryDirectory();
    const server = serve(appOver(await DiskBlobStore.open(directory.path)).fetch);
    const store = new HttpBlobStore(server.url);
    return {
      store,
      async [Symbol.asyncDispose]() {
        store.close();
        await server[Symbol.asyncDispose]();
        await directory[Symbol.asyncDispose]();
      },
    };
  },
});

Deno.test("HttpBlobStore throws connection_lost when nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  using store = new HttpBlobStore(`http://127.0.0.1:${port}`);
  await assertCode(store.stat(DIGEST), "connection_lost");
  await assertCode(store.open(DIGEST), "connection_lost");
  await assertCode(store.read(DIGEST), "connection_lost");
  await assertCode(store.put(DIGEST, BYTES), "connection_lost");
});

Deno.test("HttpBlobStore.read() throws connection_lost when the answer breaks off", async () => {
  await using server = cuttingServer(BYTES, [100]);
  using store = new HttpBlobStore(server.url);
  await assertCode(store.read(DIGEST), "connection_lost");
});

Deno.test("HttpBlobStore.read() throws blob_corrupt when other bytes come", async () => {
  await using server = serve(() => new Response(BYTES.slice(1)));
  using store = new HttpBlobStore(server.url);
  await assertCode(store.read(DIGEST), "blob_corrupt");
});

Deno.test("HttpBlobStore.read() throws connection_lost for an answer that is not HTTP", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      using _ = connection;
      await connection.read(new Uint8Array(4_096));
      await connection.write(new TextEncoder().encode("220 a mail server is ready\r\n"));
    }
  })();
  using store = new HttpBlobStore(`http://127.0.0.1:${listener.addr.port}`);
  await assertCode(store.read(DIGEST), "connection_lost");
  listener.close();
  await serving;
});

Deno.test("HttpBlobStore.read() throws request_invalid when the size of the answer is not announced", async () => {
  await using server = serve(() => new Response(new Blob([BYTES]).stream()));
  using store = new HttpBlobStore(server.url);
  await assertCode(store.read(DIGEST), "request_invalid");
});

Deno.test("HttpBlobStore.open() throws request_invalid when the server ignores the range", async () => {
  await using server = serve(() => new Response(BYTES));
  using store = new HttpBlobStore(server.url);
  await assertCode(store.open(DIGEST, { offset: 10 }), "request_invalid");
});

for (
  const [method, ask] of Object.entries({
    open: (store: BlobStore, signal: AbortSignal) => store.open(DIGEST, { signal }),
    put: (store: BlobStore, signal: AbortSignal) => store.put(DIGEST, BYTES, { signal }),
  })
) {
  Deno.test(`HttpBlobStore.${method}() throws cancelled when the signal aborts`, async () => {
    const controller = new AbortController();
    await using server = serve(() => {
      controller.abort();
      return new Response(BYTES);
    });
    using store = new HttpBlobStore(server.url);
    await assertCode(ask(store, controller.signal), "cancelled");
  });
}

Deno.test("HttpBlobStore does not follow redirects, which would show its token around", async () => {
  let askedElsewhere = 0;
  await using elsewhere = serve(() => {
    askedElsewhere++;
    return new Response(BYTES);
  });
  await using server = serve(() => Response.redirect(elsewhere.url));
  using store = new HttpBlobStore(server.url, { token: "secret" });
  await assertCode(store.read(DIGEST), "request_invalid");
  assertEquals(askedElsewhere, 0);
});

Deno.test("HttpBlobStore asks all that it asks over one connection, until it is closed", async () => {
  const app = appOver(new MemoryBlobStore());
  const ports = new Set<number>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request, { remoteAddr }) => {
    ports.add(remoteAddr.port);
    return app.fetch(request);
  });
  using store = new HttpBlobStore(`http://127.0.0.1:${server.addr.port}`);
  assertEquals(await store.stat(DIGEST), null);
  await assertCode(store.read(DIGEST), "blob_not_found");
  await store.put(DIGEST, BYTES);
  assertEquals(await store.read(DIGEST), BYTES);
  assertEquals(await toBytes((await store.open(DIGEST, { offset: 5 })).stream), BYTES.slice(5));
  assertEquals(ports.size, 1);
  store.close();
  assertEquals(await store.read(DIGEST), BYTES);
  assertEquals(ports.size, 2);
  await server.shutdown();
});

Deno.test("HttpBlobStore sends nothing with a token that would be more than one header", async () => {
  let asked = 0;
  await using server = serve(() => {
    asked++;
    return new Response(BYTES);
  });
  using store = new HttpBlobStore(server.url, { token: "secret\r\nx-role: admin" });
  await assertCode(store.read(DIGEST), "request_invalid");
  assertEquals(asked, 0);
});

Deno.test("HttpBlobStore begins TLS with a server of https", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const firstByte = (async () => {
    using connection = await listener.accept();
    const buffer = new Uint8Array(1);
    await connection.read(buffer);
    return buffer[0];
  })();
  using store = new HttpBlobStore(`https://127.0.0.1:${listener.addr.port}`);
  await assertCode(store.read(DIGEST), "connection_lost");
  assertEquals(await firstByte, 0x16); // A record of the handshake (RFC 8446, section 5.1).
  listener.close();
});

Deno.test("HttpBlobStore.put() throws blob_too_large, and the connection still serves", async () => {
  await using server = serve(appOver(new MemoryBlobStore()).fetch);
  using store = new HttpBlobStore(server.url);
  const large = new Uint8Array(BYTES_MAX + 1);
  await assertCode(store.put(digestOf(large), large), "blob_too_large");
  await store.put(DIGEST, BYTES);
  assertEquals(await store.read(DIGEST), BYTES);
});

Deno.test("HttpBlobStore shows the secret of the present session, and what is refused in between can be tried again", async () => {
  const tokens = newTokens();
  const app = new Hono().use(requireRole(fixedCredentials(tokens), "admin"));
  const memory = new MemoryBlobStore();
  app.route("/", blobRoutes({ read: [memory], write: memory, bytesMax: BYTES_MAX }));
  app.onError((error) => problemResponse(error));
  await using server = serve(app.fetch);
  let session: string | null = null;
  using store = new HttpBlobStore(server.url, { session: () => session });
  await assertCode(store.put(DIGEST, BYTES), "connection_lost");
  session = newTokens().admin;
  await assertCode(store.stat(DIGEST), "connection_lost");
  session = tokens.admin;
  await store.put(DIGEST, BYTES);
  session = tokens.user;
  await assertCode(store.read(DIGEST), "forbidden");
});

Deno.test("HttpBlobStore shows its token to a server that asks for one", async () => {
  const tokens = newTokens();
  const app = new Hono().use(requireRole(fixedCredentials(tokens), "admin"));
  const memory = new MemoryBlobStore();
  app.route("/", blobRoutes({ read: [memory], write: memory, bytesMax: BYTES_MAX }));
  app.onError((error) => problemResponse(error));
  await using server = serve(app.fetch);
  using stranger = new HttpBlobStore(server.url);
  await assertCode(stranger.stat(DIGEST), "unauthorized");
  using user = new HttpBlobStore(server.url, { token: tokens.user });
  await assertCode(user.read(DIGEST), "forbidden");
  using store = new HttpBlobStore(server.url, { token: tokens.admin });
  await store.put(DIGEST, BYTES);
  assertEquals(await store.read(DIGEST), BYTES);
});
