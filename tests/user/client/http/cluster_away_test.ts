import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { HttpClusterClient } from "../../../../user/client/http/cluster.ts";
import { MasterHttp } from "../../../../user/client/http/master_http.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { predictionOf } from "../../fake_cluster_client.ts";
import { PassingClock } from "../../passing_clock.ts";

const PICTURE = new TextEncoder().encode("a picture");
const ASK = { model: "faces", annotate: false, embeddings: false, gallery: null };
const ANSWER = JSON.stringify({ prediction: predictionOf([]), annotated: null });

/** The treatment of a request: an answer, half of one, or a broken connection. */
type Deed = "answers" | "stops halfway" | "breaks";

/**
 * A master on a free port that does with its requests what `deeds` say, with the others what the
 * last one says.
 */
class UnsteadyMaster implements AsyncDisposable {
  requests = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #deeds: readonly Deed[];
  readonly #serving = this.#serve();

  constructor(deeds: readonly Deed[]) {
    this.#deeds = deeds;
  }

  get address(): { hostname: string; port: number } {
    return { hostname: "127.0.0.1", port: this.#listener.addr.port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      using _ = connection;
      await readRequest(connection);
      const deed = this.#deeds[Math.min(this.requests++, this.#deeds.length - 1)];
      if (deed === "breaks") continue;
      const head = `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n`;
      const body = deed === "answers" ? ANSWER : ANSWER.slice(0, 10);
      const text = `${head}content-length: ${ANSWER.length}\r\n\r\n${body}`;
      await connection.write(new TextEncoder().encode(text));
    }
  }
}

/** To the end of the picture. */
async function readRequest(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4_096);
  let text = "";
  while (!text.endsWith("a picture")) {
    const count = await connection.read(buffer);
    if (count === null) return;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
}

/** A client of the master at `address`, the retries that it tells of, and its clock. */
function setUp(address: { hostname: string; port: number }) {
  const clock = new PassingClock();
  const heard: string[] = [];
  const onRetry = ({ code }: DmlError) => heard.push(code);
  const http = new MasterHttp({ address, token: null, clock, random: seededRandom(1), onRetry });
  const client = new HttpClusterClient(http);
  return { clock, heard, client };
}

Deno.test("predict() asks again a master that had answered and went away, until it is back", async () => {
  for (const deed of ["breaks", "stops halfway"] as const) {
    await using master = new UnsteadyMaster(["answers", deed, deed, deed, "answers"]);
    const { client, clock, heard } = setUp(master.address);
    await client.predict(PICTURE, ASK);
    assertEquals(clock.nowMs(), 0);
    assertEquals((await client.predict(PICTURE, ASK)).prediction, predictionOf([]));
    assertEquals(heard, Array(3).fill("master_unreachable"));
    await client.close();
  }
});

Deno.test("predict() gives a master up that does not come back", async () => {
  await using master = new UnsteadyMaster(["answers", "breaks"]);
  const { client, clock } = setUp(master.address);
  await client.predict(PICTURE, ASK);
  const error = await assertRejects(() => client.predict(PICTURE, ASK), DmlError);
  assertEquals(error.code, "master_unreachable");
  assertStringIncludes(error.message, client.label);
  assertEquals(clock.nowMs(), LIMITS.outageMs);
  await client.close();
});

Deno.test("predict() does not wait for a master that never answered", async () => {
  await using master = new UnsteadyMaster(["breaks"]);
  const { client, clock, heard } = setUp(master.address);
  const error = await assertRejects(() => client.predict(PICTURE, ASK), DmlError);
  assertEquals([error.code, master.requests, clock.nowMs(), heard], ["master_unreachable", 1, 0, []]);
  await client.close();
});
