import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { PROTOCOL_VERSION } from "../../../protocol/messages/hello.ts";
import { problemResponse } from "../../../protocol/http/problem.ts";
import { VERSION } from "../../../protocol/version.ts";
import { openClusterForPictures } from "../../../user/client/open_cluster.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { FakeClusterClient } from "../fake_cluster_client.ts";

const INFO = {
  product: "dml",
  version: VERSION,
  protocol: PROTOCOL_VERSION,
  controlPort: 7401,
  tokenRequired: false,
};

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Opens with the default master at `port`, and a fake for the cluster in this process. */
async function open(port: number, options: { isNamed?: boolean } = {}) {
  const address = { hostname: "127.0.0.1", port };
  const announced: string[] = [];
  const local = new FakeClusterClient();
  const cluster = await openClusterForPictures({
    master: options.isNamed ? address : null,
    token: null,
    defaultMaster: address,
    clock: SYSTEM_CLOCK,
    random: seededRandom(1),
    openLocal: () => Promise.resolve(local),
    announce: (sentence) => announced.push(sentence),
  });
  await cluster.close();
  return { cluster, local, announced };
}

Deno.test("openClusterForPictures() takes the master that answers on this machine, without a word", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => Response.json(INFO));
  for (const isNamed of [false, true]) {
    const { cluster, announced } = await open(server.addr.port, { isNamed });
    assertEquals([cluster.label, announced], [`http://127.0.0.1:${server.addr.port}`, []]);
  }
});

Deno.test("openClusterForPictures() goes on in this process when no master answers, and says so in one sentence", async () => {
  const port = freePort();
  const { cluster, local, announced } = await open(port);
  assert(cluster === local);
  assertEquals(announced.length, 1);
  assertStringIncludes(announced[0], `No master answers at 127.0.0.1:${port}`);
});

Deno.test("openClusterForPictures() goes on in this process when something else answers there, and says that", async () => {
  const others = [
    () => new Response("hi"),
    () => Response.json({ ...INFO, product: "other" }),
    () => new Response("no", { status: 404 }),
    () => new Response("broken", { status: 500 }),
  ];
  for (const answer of others) {
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
    const { cluster, local, announced } = await open(server.addr.port);
    assert(cluster === local);
    assertStringIncludes(announced[0], `The server at 127.0.0.1:${server.addr.port} is not a master`);
  }
});

Deno.test("openClusterForPictures() never falls back from a master that was named", async () => {
  const error = await assertRejects(() => open(freePort(), { isNamed: true }), DmlError);
  assertEquals(error.code, "master_unreachable");
});

Deno.test("openClusterForPictures() does not go on in this process when a master with TLS wants a token", async () => {
  const refusal = problemResponse(new DmlError("tls_required", "This master speaks TLS."));
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => refusal.clone());
  for (const isNamed of [false, true]) {
    const error = await assertRejects(() => open(server.addr.port, { isNamed }), DmlError);
    assertEquals(error.code, "tls_required");
  }
});
