import { assertEquals } from "../../../assert.ts";
import { MasterFixture } from "../../master_fixture.ts";
import { ask, problemIn } from "../http_fixture.ts";

Deno.test("GET /healthz answers whatever the nodes do, GET /readyz only if one takes pictures of faces", async () => {
  await using fixture = await MasterFixture.start();
  const statusOf = async (path: string) => {
    const response = await ask(fixture.master, path);
    await response.body?.cancel();
    return response.status;
  };
  const both = async () => [await statusOf("/healthz"), await statusOf("/readyz")];
  assertEquals(await both(), [200, 503]);
  const problem = await problemIn(ask(fixture.master, "/readyz"));
  assertEquals([problem.code, problem.detail], ["no_capable_node", "No node is ready for faces now."]);
  const node = await fixture.arrive(1);
  assertEquals(await both(), [200, 503], "a node that has not loaded the model is not ready");
  for (let offers = 0; offers < fixture.master.models().length; offers++) {
    const { manifest: { digest: manifestDigest } } = await node.next("model.offer");
    node.send({ type: "model.ready", manifestDigest, imagesPerSecond: 10, fetchedBytes: 0, warmUpMs: 1 });
  }
  await fixture.heeded(node);
  assertEquals(await both(), [200, 200]);
});
