import { assert, assertEquals, assertRejects } from "../assert.ts";
import { type JoinedNode, type JoinOptions, runJoin } from "../../node/join.ts";
import type { NodeNews } from "../../node/node.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { nodeIdOf } from "../../protocol/security/node_key.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import { TcpTransport } from "../../protocol/transport/tcp_transport.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { ScriptedConnection } from "./scripted_master.ts";
import type { Connection } from "../../protocol/ports/transport.ts";
import { PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";

/** The two ports of a master, scripted by the test. */
class Ports {
  readonly #control = new TcpTransport().listen({ hostname: "127.0.0.1", port: 0 });
  readonly #accepting = this.#control[Symbol.asyncIterator]();
  /** Responses to send before the normal one. */
  readonly answersFirst: Response[] = [];
  readonly #http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    assertEquals(new URL(request.url).pathname, PATHS.cluster);
    const controlPort = this.#control.address.port;
    return this.answersFirst.shift() ??
      Response.json({
        product: "dml",
        version: "0.0.0",
        protocol: PROTOCOL_VERSION,
        controlPort,
        tokenRequired: false,
      });
  });

  get address() {
    return { hostname: "127.0.0.1", port: this.#http.addr.port };
  }

  async accept(): Promise<ScriptedConnection> {
    return new ScriptedConnection(await this.acceptBytes());
  }

  /** Accepts a connection on which the test writes bytes of its own. */
  async acceptBytes(): Promise<Connection> {
    return (await this.#accepting.next()).value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#control.close();
    await this.#http.shutdown();
  }
}

function joinOptions(ports: Ports, home: string, changes: Partial<JoinOptions> = {}): JoinOptions {
  return {
    master: ports.address,
    token: "secret",
    name: null,
    workers: 1,
    home,
    upgrade: false,
    canRestart: false,
    trial: null,
    version: "0.0.0",
    log: SILENT_LOG,
    clock: SYSTEM_CLOCK,
    random: seededRandom(1),
    signal: new AbortController().signal,
    ...changes,
  };
}

Deno.test("runJoin() learns the control port, joins, and leaves when its signal aborts", async () => {
  await using directory = await temporaryDirectory();
  await using ports = new Ports();
  const leaving = new AbortController();
  const started: JoinedNode[] = [];
  const finished = runJoin(joinOptions(ports, directory.path, {
    name: "kitchen",
    signal: leaving.signal,
    onStarted: (node) => started.push(node),
  }));
  const connection = await ports.accept();
  const hello = await connection.welcome();
  assertEquals([hello.name, hello.token, hello.capabilities.workers], ["kitchen", "secret", 1]);
  assertEquals(started.map(({ nodeId, workers }) => [nodeId, workers]), [[nodeIdOf(hello.publicKey), 1]]);
  leaving.abort();
  assertEquals((await connection.next("goodbye")).code, "shutting_down");
  await connection.ended;
  assertEquals((await finished).code, "shutting_down");
});

Deno.test("runJoin() waits for a master that is not running yet", async () => {
  await using directory = await temporaryDirectory();
  await using ports = new Ports();
  ports.answersFirst.push(new Response("starting", { status: 503 }));
  const leaving = new AbortController();
  const news: NodeNews[] = [];
  const finished = runJoin(joinOptions(ports, directory.path, {
    signal: leaving.signal,
    onEvent: (happened) => news.push(happened),
  }));
  const connection = await ports.accept();
  await connection.welcome();
  leaving.abort();
  await finished;
  assertEquals(news[0].kind, "disconnected");
});

Deno.test("runJoin() returns with the same identity, and another node on the host has its own", async () => {
  await using directory = await temporaryDirectory();
  await using ports = new Ports();
  const idOf = async (use: (nodeId: string) => Promise<void>) => {
    const leaving = new AbortController();
    const finished = runJoin(joinOptions(ports, directory.path, { signal: leaving.signal, random: Math.random }));
    const { publicKey } = await (await ports.accept()).welcome();
    await use(nodeIdOf(publicKey));
    leaving.abort();
    await finished;
  };
  const ids: string[] = [];
  const keep = (nodeId: string) => Promise.resolve(void ids.push(nodeId));
  await idOf(async (first) => {
    ids.push(first);
    await idOf(keep);
  });
  await idOf(keep);
  assertEquals(ids[2], ids[0]);
  assert(ids[1] !== ids[0]);
});

Deno.test("runJoin() throws the reason if no master will ever accept it", async () => {
  await using directory = await temporaryDirectory();
  await using ports = new Ports();
  const finished = runJoin(joinOptions(ports, directory.path));
  const connection = await ports.accept();
  await connection.next("hello");
  connection.send({ type: "reject", code: "unauthorized", reason: "The token is wrong." });
  const error = await assertRejects(() => finished, DmlError, "The token is wrong.");
  assertEquals((error as DmlError).code, "unauthorized");
  await connection.close();
});

Deno.test("runJoin() keeps trying if a master that had accepted the node before does not know its key any more", async () => {
  await using directory = await temporaryDirectory();
  await using ports = new Ports();
  const join = (leaving: AbortController, onEvent = (_: NodeNews) => {}) =>
    runJoin(joinOptions(ports, directory.path, { signal: leaving.signal, token: null, onEvent }));
  const first = new AbortController();
  const joined = join(first);
  const accepted = await ports.accept();
  await accepted.welcome();
  await accepted.next("availability");
  first.abort();
  await joined;

  const second = new AbortController();
  const news: NodeNews[] = [];
  const finished = join(second, (happened) => news.push(happened));
  for (let tries = 0; tries < 2; tries++) {
    const connection = await ports.accept();
    await connection.next("hello");
    connection.send({ type: "reject", code: "unauthorized", reason: "This master does not know the key." });
    await connection.ended;
  }
  await (await ports.accept()).welcome();
  second.abort();
  await finished;
  const endings = news.flatMap((happened) => happened.kind === "disconnected" ? [happened.ending.reason] : []);
  assertEquals(endings.slice(0, 2), Array(2).fill("This master does not know the key."));
});

Deno.test("runJoin() says which file to remove if another node has the same key", async () => {
  await using directory = await temporaryDirectory();
  await using ports = new Ports();
  const leaving = new AbortController();
  const told = Promise.withResolvers<NodeNews>();
  const finished = runJoin(joinOptions(ports, directory.path, { signal: leaving.signal, onEvent: told.resolve }));
  const connection = await ports.accept();
  await connection.next("hello");
  connection.send({ type: "reject", code: "node_duplicate", reason: "A node with the same key is connected already." });
  const news = await told.promise;
  assert(news.kind === "disconnected");
  const path = `${directory.path}/nodes/1/identity.json`;
  assert(news.ending.advice?.includes(`remove ${path} and join with a token`), news.ending.advice);
  leaving.abort();
  await connection.ended;
  await finished;
});

Deno.test("runJoin() advises what to do about an address without a master", async () => {
  await using directory = await temporaryDirectory();
  await using ports = new Ports();
  ports.answersFirst.push(new Response("<html>"));
  const error = await assertRejects(() => runJoin(joinOptions(ports, directory.path)), DmlError) as DmlError;
  assertEquals(error.code, "protocol_version");
  assert(error.advice.startsWith("Check the address."), error.advice);
});

Deno.test("runJoin() survives wrong answers to a node that was accepted before, and comes back by itself", async () => {
  await using directory = await temporaryDirectory();
  await using ports = new Ports();
  const leaving = new AbortController();
  const codes: string[] = [];
  const finished = runJoin(joinOptions(ports, directory.path, {
    signal: leaving.signal,
    random: () => 0,
    onEvent: (news) => news.kind === "disconnected" && codes.push(news.ending.code),
  }));
  const first = await ports.accept();
  const { publicKey } = await first.welcome();
  await first.next("availability");
  ports.answersFirst.push(
    new Response("<html>Log in to this network</html>", { headers: { "content-type": "text/html" } }),
    new Response("<html>Who are you?</html>", { status: 401 }),
  );
  first.send({ type: "goodbye", code: "protocol_version", reason: "Another version." });
  await first.close();
  const garbage = await ports.acceptBytes();
  await garbage.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
  for await (const _chunk of garbage.chunks) continue;
  garbage.close();
  const second = await ports.accept();
  assertEquals((await second.welcome()).publicKey, publicKey);
  assertEquals(codes, ["protocol_version", "protocol_version", "unauthorized", "frame_too_large"]);
  leaving.abort();
  await second.ended;
  await finished;
});
