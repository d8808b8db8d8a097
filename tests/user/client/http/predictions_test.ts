import { CONTROL_PORT_HEADER, joinedResponse } from "../../../../protocol/http/joined_answer.ts";
import type { ErrorCode } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { TcpTransport } from "../../../../protocol/transport/tcp_transport.ts";
import type { Connection } from "../../../../protocol/ports/transport.ts";
import { HttpClusterClient } from "../../../../user/client/http/cluster.ts";
import { assertEquals } from "../../../assert.ts";
import { ScriptedConnection } from "../../../node/scripted_master.ts";
import { PassingClock } from "../../passing_clock.ts";
import { answerTo, ASKED, DRAWN } from "../control/scripted_line.ts";

const PICTURE = new TextEncoder().encode("a picture");

/** A master that offers a control port, on which the test decides what becomes of each connection. */
class OfferingMaster implements AsyncDisposable {
  /** How each picture came. */
  readonly ways: string[] = [];
  readonly received: ErrorCode[] = [];
  readonly client: HttpClusterClient;
  /** How many connections there were on the control port. */
  lines = 0;
  readonly #listener = new TcpTransport().listen({ hostname: "127.0.0.1", port: 0 });
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => this.#post(request),
  );
  readonly #serving: Promise<void>;

  constructor(onLine: (user: ScriptedConnection, master: OfferingMaster) => Promise<void>) {
    this.#serving = this.#accept(onLine);
    this.client = new HttpClusterClient({
      address: { hostname: "127.0.0.1", port: this.#server.addr.port },
      token: null,
      clock: new PassingClock(),
      random: seededRandom(1),
      onRefused: ({ code }) => this.received.push(code),
    });
  }

  async predict(image = PICTURE): Promise<void> {
    const { annotated } = await this.client.predict(image, ASKED);
    assertEquals(annotated, DRAWN);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    this.#listener.close();
    await this.#serving;
    await this.#server.shutdown();
  }

  async #post(request: Request): Promise<Response> {
    await request.bytes();
    this.ways.push("HTTP");
    const { prediction, annotated } = answerTo(1);
    const { port } = this.#listener.address;
    return joinedResponse({ prediction, annotated }, DRAWN, { [CONTROL_PORT_HEADER]: String(port) });
  }

  async #accept(onLine: (user: ScriptedConnection, master: OfferingMaster) => Promise<void>): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      this.lines++;
      serving.push(this.#serve(connection, onLine));
    }
    await Promise.all(serving);
  }

  async #serve(
    connection: Connection,
    onLine: (user: ScriptedConnection, master: OfferingMaster) => Promise<void>,
  ): Promise<void> {
    const user = new ScriptedConnection(connection);
    await user.next("user.hello");
    await onLine(user, this);
    await user.ended;
  }
}

/** Asks until a picture went over the line: it is opened beside what is asked. */
async function untilOnLine(master: OfferingMaster): Promise<void> {
  while (!master.ways.includes("line")) await master.predict();
}

/** Lets the user in and answers what is asked. */
async function answering(user: ScriptedConnection, master: OfferingMaster, questions = Infinity): Promise<void> {
  user.send({ type: "user.welcome", protocol: 2 });
  for (let question = 0; question < questions; question++) {
    const asked = await Promise.race([user.next("prediction.ask"), user.ended]);
    if (asked === undefined) return;
    master.ways.push("line");
    user.send(answerTo(asked.askId));
    user.sendPicture({ digest: answerTo(asked.askId).annotated!.digest, bytes: DRAWN });
  }
}

Deno.test("predict() goes over HTTP first, and on the control port when the master has offered it", async () => {
  await using master = new OfferingMaster((user, master) => answering(user, master));
  await untilOnLine(master);
  const before = master.ways.length;
  assertEquals(new Set(master.ways.slice(0, -1)), new Set(["HTTP"]));
  await Promise.all([1, 2, 3].map(() => master.predict()));
  assertEquals(master.ways.slice(before), ["line", "line", "line"]);
  assertEquals(master.lines, 1);
});

Deno.test("predict() sends over HTTP what is too large for a frame", async () => {
  await using master = new OfferingMaster((user, master) => answering(user, master));
  await untilOnLine(master);
  await master.predict(new Uint8Array(LIMITS.frameBytesMax));
  assertEquals(master.ways.at(-1), "HTTP");
});

Deno.test("predict() leaves to HTTP, which says what is wrong, what no message can ask, and mixes up no pictures", async () => {
  await using master = new OfferingMaster((user, master) => answering(user, master));
  await untilOnLine(master);
  for (const wrong of [{ model: "No Name" }, { gallery: "g".repeat(101) }]) {
    await master.client.predict(new TextEncoder().encode("another"), { ...ASKED, ...wrong });
    assertEquals(master.ways.at(-1), "HTTP");
    await master.predict();
    assertEquals(master.ways.at(-1), "line");
  }
  assertEquals([master.lines, master.received], [1, []]);
});

Deno.test("predict() stays with HTTP when the control port lets nobody in, and does not try for ever", async () => {
  const rejected = Promise.withResolvers<void>();
  await using master = new OfferingMaster(async (user) => {
    user.send({ type: "reject", code: "queue_full", reason: "Full." });
    await user.close();
    rejected.resolve();
  });
  await master.predict();
  await rejected.promise;
  for (let picture = 0; picture < 5; picture++) await master.predict();
  assertEquals([new Set(master.ways), master.lines], [new Set(["HTTP"]), 1]);
});

Deno.test("predict() asks again, over HTTP, what was lost with the line, and takes a new line afterwards", async () => {
  await using master = new OfferingMaster(async (user, master) => {
    if (master.lines > 1) return await answering(user, master);
    await answering(user, master, 1);
    await user.next("prediction.ask");
    master.ways.push("lost");
    await user.close();
  });
  await untilOnLine(master);
  master.ways.length = 0;
  await master.predict();
  assertEquals(master.ways, ["lost", "HTTP"]);
  assertEquals(master.received, ["master_unreachable"]);
  await untilOnLine(master);
  assertEquals(master.lines, 2);
});

Deno.test("predict() waits out a refusal on the control port", async () => {
  await using master = new OfferingMaster(async (user, master) => {
    await answering(user, master, 1);
    const { askId } = await user.next("prediction.ask");
    user.send({
      type: "prediction.refuse",
      askId,
      code: "queue_full",
      reason: "Full.",
      advice: "Wait.",
      retryAfterMs: 10,
    });
    await answering(user, master);
  });
  await untilOnLine(master);
  await master.predict();
  assertEquals(master.received, ["queue_full"]);
});

Deno.test("close() ends a line that is being opened and is never answered", async () => {
  const asked = Promise.withResolvers<void>();
  const master = new OfferingMaster(() => Promise.resolve(asked.resolve()));
  await master.predict();
  await asked.promise;
  await master[Symbol.asyncDispose]();
  assertEquals(master.lines, 1);
});
