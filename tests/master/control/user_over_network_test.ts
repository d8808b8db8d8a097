import { assert, assertEquals } from "../../assert.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { TcpTransport } from "../../../protocol/transport/tcp_transport.ts";
import { HttpClusterClient } from "../../../user/client/http/cluster.ts";
import { MasterHttp } from "../../../user/client/http/master_http.ts";
import { MasterFixture, resultOf, type ScriptedNode } from "../master_fixture.ts";

const DRAWN = new TextEncoder().encode("drawn");
const ANNOTATED = { digest: digestOf(DRAWN), size: DRAWN.length, mediaType: "image/jpeg" };
const ASKED = { model: "faces", embeddings: false, gallery: null };
const ANY_PORT = { hostname: "127.0.0.1", port: 0 };

/** Answers the assignments of `node` until its connection ends. */
async function working(node: ScriptedNode): Promise<void> {
  for (;;) {
    const assign = await Promise.race([node.next("task.assign"), node.ended]);
    if (assign === undefined) return;
    node.send(resultOf(assign, { annotated: assign.options.annotate ? ANNOTATED : null }));
    if (assign.options.annotate) node.sendPicture({ digest: ANNOTATED.digest, bytes: DRAWN });
  }
}

for (const annotate of [true, false]) {
  const what = annotate ? "annotated pictures" : "predictions alone";
  Deno.test(`a user over the network gets ${what}, one after the other and several at a time`, async () => {
    const transport = new TcpTransport();
    await using fixture = await MasterFixture.start({ transport, control: ANY_PORT, http: ANY_PORT });
    const node = await fixture.join(1);
    const work = working(node);
    const { httpAddress } = fixture.master;
    assert(httpAddress !== null);
    const options = { address: httpAddress, token: null, clock: SYSTEM_CLOCK, random: seededRandom(1) };
    const client = new HttpClusterClient(new MasterHttp(options));
    try {
      let pictures = 0;
      const predict = async () => {
        const { prediction, annotated } = await client.predict(new TextEncoder().encode(`${pictures++}`), {
          ...ASKED,
          annotate,
        });
        assertEquals([prediction.model, annotated], ["faces@1", annotate ? DRAWN : null]);
      };
      for (let picture = 0; picture < 5; picture++) await predict();
      await Promise.all([1, 2, 3, 4, 5].map(predict));
    } finally {
      await client.close();
      await node.close();
      await work;
    }
  });
}
