import { assertEquals, assertRejects } from "../../assert.ts";
import { fetchClusterInfo } from "../../../node/connection/locate_master.ts";
import { encodeFrame } from "../../protocol/wire/encode_frame.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { PROTOCOL_VERSION } from "../../../protocol/messages/hello.ts";

const CLUSTER = {
  product: "dml",
  version: "1.0.0",
  protocol: PROTOCOL_VERSION,
  controlPort: 7_401,
  tokenRequired: false,
};

async function withServer(answer: () => Response, use: (baseUrl: string) => Promise<void>): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  await use(`http://127.0.0.1:${server.addr.port}`);
}

async function saidOf(promise: Promise<unknown>): Promise<string> {
  const { code, message, advice } = await assertRejects(() => promise, DmlError) as DmlError;
  return `${code}: ${message} ${advice}`.replace(/127\.0\.0\.1:\d+/g, "HOST");
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, DmlError) as DmlError).code;
}

const { signal } = new AbortController();

Deno.test("fetchClusterInfo() says what the master says", () =>
  withServer(() => Response.json(CLUSTER), async (baseUrl) => {
    assertEquals(await fetchClusterInfo(baseUrl, { signal }), CLUSTER);
  }));

const CHECK = "Check the address. The port is the first one that `dml serve` prints, 7400 by default.";

Deno.test("fetchClusterInfo() says that something else answers there, which may be another one later", async () => {
  const answers: [() => Response, string][] = [
    [() => Response.json({ hello: "world" }), "protocol_version"],
    [() => new Response("<html>"), "protocol_version"],
    [() => new Response("<html>", { status: 404 }), "master_unreachable"],
  ];
  for (const [answer, code] of answers) {
    await withServer(answer, async (baseUrl) => {
      const said = `${code}: The server at http://HOST is not a dml master. ${CHECK}`;
      assertEquals(await saidOf(fetchClusterInfo(baseUrl, { signal })), said);
    });
  }
});

Deno.test("fetchClusterInfo() says that what answers there may be the control port", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answered = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(1_000));
    await connection.write(encodeFrame(new TextEncoder().encode('{"type":"goodbye"}')));
  })();
  const said = await saidOf(fetchClusterInfo(`http://127.0.0.1:${listener.addr.port}`, { signal }));
  const what = "The server at http://HOST does not speak HTTP; it may be the control port of a master.";
  assertEquals(said, `protocol_version: ${what} ${CHECK}`);
  await answered;
  listener.close();
});

Deno.test("fetchClusterInfo() says that there is no such host, as it may be later", async () => {
  assertEquals(
    await saidOf(fetchClusterInfo("http://no-such-host.invalid:7400", { signal })),
    "master_unreachable: The master at http://no-such-host.invalid:7400 cannot be reached: there is no host of that name. " +
      "Check the address, and that `dml serve` runs there.",
  );
});

Deno.test("fetchClusterInfo() says that nobody is there, or that it was given up", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const baseUrl = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  assertEquals(await codeOf(fetchClusterInfo(baseUrl, { signal })), "master_unreachable");
  assertEquals(await codeOf(fetchClusterInfo(baseUrl, { signal: AbortSignal.abort() })), "master_unreachable");
});

Deno.test("fetchClusterInfo() passes a failure of the master on as one to try again", () =>
  withServer(() => new Response("busy", { status: 503 }), async (baseUrl) => {
    assertEquals(await codeOf(fetchClusterInfo(baseUrl, { signal })), "connection_lost");
  }));
