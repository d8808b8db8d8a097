import { assertEquals, assertRejects } from "../assert.ts";
import { askCluster } from "../../node/locate_master.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

const CLUSTER = {
  product: "dml",
  version: "1.0.0",
  protocol: { min: 1, max: 1 },
  controlPort: 7_401,
  tokenRequired: false,
};

async function withServer(answer: () => Response, use: (baseUrl: string) => Promise<void>): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  await use(`http://127.0.0.1:${server.addr.port}`);
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, DmlError) as DmlError).code;
}

const { signal } = new AbortController();

Deno.test("askCluster() says what the master says", () =>
  withServer(() => Response.json(CLUSTER), async (baseUrl) => {
    assertEquals(await askCluster(baseUrl, { signal }), CLUSTER);
  }));

Deno.test("askCluster() says that something else answers there", async () => {
  const answers = [() => Response.json({ hello: "world" }), () => new Response("<html>")];
  for (const answer of answers) {
    await withServer(answer, async (baseUrl) => {
      assertEquals(await codeOf(askCluster(baseUrl, { signal })), "protocol_version");
    });
  }
});

Deno.test("askCluster() says that nobody is there, or that it was given up", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const baseUrl = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  assertEquals(await codeOf(askCluster(baseUrl, { signal })), "master_unreachable");
  assertEquals(await codeOf(askCluster(baseUrl, { signal: AbortSignal.abort() })), "master_unreachable");
});

Deno.test("askCluster() passes a failure of the master on as one to try again", () =>
  withServer(() => new Response("busy", { status: 503 }), async (baseUrl) => {
    assertEquals(await codeOf(askCluster(baseUrl, { signal })), "connection_lost");
  }));
