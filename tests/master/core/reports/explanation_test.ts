import { explanationOf } from "../../../../master/core/reports/explanation.ts";
import { explanationSchema } from "../../../../protocol/http_api/explanation_api.ts";
import { assertEquals } from "../../../assert.ts";
import { CoreWorld, idOf } from "../../core_world.ts";

function explained(world: CoreWorld, gallery: string | null = null) {
  const model = world.state.models.get(world.manifestDigest)!;
  return explanationSchema.parse(explanationOf(world.state, model, { gallery }));
}

Deno.test("explanationOf() puts first the node that the scheduler takes next, again and again", () => {
  const world = new CoreWorld({ prefetchPerWorker: 9 });
  world.join(idOf("node", 1), { imagesPerSecond: 10 });
  world.join(idOf("node", 2), { imagesPerSecond: 4 });
  for (let picture = 0; picture < 12; picture++) {
    const [first, second] = explained(world).nodes;
    if (first.expectedMs === second.expectedMs) {
      world.submit();
      continue; // Equal nodes are shuffled for each picture.
    }
    const heldBefore = first.held;
    world.submit();
    const heldNow = explained(world).nodes.find(({ nodeId }) => nodeId === first.nodeId)?.held;
    assertEquals(heldNow, heldBefore + 1, `picture ${picture}`);
  }
});

Deno.test("explanationOf() says of the others why not, and how many pictures wait", () => {
  const world = new CoreWorld({ prefetchPerWorker: 0, feedAheadMs: 0 });
  const [busy, gone] = [1, 2].map((number) => world.join(idOf("node", number)));
  world.lose(gone);
  world.join(idOf("node", 3), { ready: false });
  const { workers } = world.state.nodes.get(busy.nodeId)!.record.capabilities;
  for (let picture = 0; picture < workers + 2; picture++) world.submit();
  const { nodes, waiting, model } = explained(world);
  assertEquals([model, waiting], ["empty@1", 2]);
  assertEquals(nodes.map(({ nodeId, obstacle, held, expectedMs }) => [nodeId, obstacle, held, expectedMs]), [
    [idOf("node", 1), "full", workers, null],
    [idOf("node", 2), "offline", 0, null],
    [idOf("node", 3), "loading", 0, null],
  ]);
  assertEquals(nodes.map(({ serviceMs }) => serviceMs === null), [false, true, true]);
});

Deno.test("explanationOf() asks for the people of the gallery", () => {
  const world = new CoreWorld();
  const node = world.join(idOf("node", 1));
  assertEquals(explained(world).nodes[0].obstacle, null);
  const [{ obstacle, reason }] = explained(world, "home").nodes;
  assertEquals([obstacle, reason], ["gallery_missing", "It has not yet fetched the people of the gallery."]);
  world.publish("home", 1);
  world.galleryReady(node, "home", 1);
  assertEquals(explained(world, "home").nodes[0].obstacle, null);
});
