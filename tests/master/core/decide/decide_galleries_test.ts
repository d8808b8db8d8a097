import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";
import { reachOf, resolveGallery } from "../../../../master/core/decide/decide_galleries.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { CoreWorld, facesManifest, idOf, indexOf } from "../../core_world.ts";

function facesWorld(): { world: CoreWorld; faces: ReturnType<CoreWorld["register"]> } {
  const world = new CoreWorld();
  return { world, faces: world.register(facesManifest()) };
}

function taskSentTo(world: CoreWorld, nodeId: string): string[] {
  return world.sentTo({ nodeId }, "task.assign").map(({ taskId }) => taskId);
}

Deno.test("publish_gallery offers the newest version to every connected node, and to nodes that join later", () => {
  const { world } = facesWorld();
  const early = world.join("node_a");
  world.publish("staff", 1);
  world.publish("staff", 3);
  world.publish("guests", 1);
  const late = world.join("node_b");
  const versions = (node: { nodeId: string }) =>
    world.sentTo(node, "gallery.offer").map(({ gallery, version }) => `${gallery}@${version}`);
  assertEquals(versions(early), ["staff@1", "staff@3", "guests@1"]);
  assertEquals(versions(late), ["staff@3", "guests@1"]);
  assertEquals(world.sentTo(late, "gallery.offer")[0].index, indexOf("staff", 3));
});

Deno.test("publish_gallery ignores an older version, and offers a version only once", () => {
  const { world } = facesWorld();
  const node = world.join("node_a");
  world.publish("staff", 3);
  assertEquals(world.publish("staff", 2), []);
  assertEquals(world.publish("staff", 3), []);
  assertEquals(world.sentTo(node, "gallery.offer").length, 1);
});

Deno.test("publish_gallery accepts galleries up to the limit", () => {
  const { world } = facesWorld();
  for (let count = 0; count < LIMITS.galleriesMax; count++) world.publish(`g${count}`, 1);
  assertEquals(world.publish("one-more", 1), []);
  assert(world.publish("g0", 2).length > 0);
});

Deno.test("retire_gallery notifies every node, and later requests for the gallery are refused", () => {
  const { world, faces } = facesWorld();
  const node = world.join("node_a");
  world.publish("staff", 1);
  world.galleryReady(node, "staff", 1);
  world.turn({ type: "retire_gallery", gallery: "staff" });
  assertEquals(world.sentTo(node, "gallery.retire"), [{ type: "gallery.retire", gallery: "staff" }]);
  const outcome = world.answerOf(world.submit(faces, { gallery: "staff" }));
  assert(outcome?.ok === false && outcome.code === "gallery_unknown");
  assertEquals(world.turn({ type: "retire_gallery", gallery: "staff" }), []);
});

Deno.test("retire_gallery also reaches nodes that were offline, unless the gallery exists again", () => {
  const { world } = facesWorld();
  world.turn({ type: "retire_gallery", gallery: "guests" });
  const retired = (nodeId: string) => world.sentTo(world.join(nodeId), "gallery.retire").map(({ gallery }) => gallery);
  assertEquals(retired("node_a"), ["guests"], "the gallery may be from before a restart of the master");
  world.publish("guests", 9);
  assertEquals(retired("node_b"), []);
});

Deno.test("a task with a gallery goes only to nodes on which some version of it is active", () => {
  const { world, faces } = facesWorld();
  const [one, other] = [world.join("node_a"), world.join("node_b")];
  world.publish("staff", 1);
  const early = world.submit(faces, { gallery: "staff" });
  assertEquals([...taskSentTo(world, "node_a"), ...taskSentTo(world, "node_b")], []);
  world.galleryReady(other, "staff", 1);
  assertEquals(taskSentTo(world, "node_b"), [early]);
  // The older version is used until the new one is ready.
  world.publish("staff", 2);
  const next = world.submit(faces, { gallery: "staff" });
  assertEquals(taskSentTo(world, "node_b"), [early, next]);
  assertEquals(world.state.nodes.get("node_b")?.connection?.galleries.get("staff"), {
    state: "offered",
    sinceMs: world.nowMs,
    readyVersion: 1,
    reason: null,
  });
  assertEquals(taskSentTo(world, one.nodeId), []);
});

Deno.test("a task without a gallery does not wait behind one whose gallery is active nowhere yet", () => {
  const { world, faces } = facesWorld();
  world.join("node_a");
  world.publish("staff", 1);
  world.submit(faces, { gallery: "staff" });
  const other = world.submit(faces);
  assertEquals(taskSentTo(world, "node_a"), [other]);
});

Deno.test("accept_gallery_ready ignores a version that was never published", () => {
  const { world } = facesWorld();
  const node = world.join("node_a");
  world.publish("staff", 4);
  assertEquals(world.galleryReady(node, "staff", 5), []);
  assertEquals(world.galleryReady(node, "guests", 1), []);
  assertEquals(world.galleryReady(node, "staff", 4).length, 1);
});

Deno.test("a gallery that failed on a node is offered again, and a task for it fails with the reason", () => {
  const { world, faces } = facesWorld();
  const node = world.join("node_a");
  world.publish("staff", 1);
  world.galleryFailed(node, "staff", 1);
  const taskId = world.submit(faces, { gallery: "staff" });
  world.pass(world.state.settings.joinGraceMs + 400, { alive: [node] });
  const outcome = world.answerOf(taskId);
  assert(outcome?.ok === false && outcome.code === "no_capable_node");
  assertStringIncludes(outcome.reason, "gallery staff");
  assertStringIncludes(outcome.reason, "1 without the people of the gallery");
  world.pass(world.state.settings.offerAgainMs, { alive: [node] });
  assertEquals(world.sentTo(node, "gallery.offer").length, 2);
});

Deno.test("a waiting task whose gallery is removed fails with that reason", () => {
  const { world, faces } = facesWorld();
  const node = world.join("node_a");
  world.publish("staff", 1);
  const taskId = world.submit(faces, { gallery: "staff" });
  world.turn({ type: "retire_gallery", gallery: "staff" });
  world.pass(400, { alive: [node] });
  const outcome = world.answerOf(taskId);
  assert(outcome?.ok === false && outcome.code === "gallery_unknown");
});

Deno.test("resolveGallery() asks nobody where nobody is enrolled, and refuses what only seems to be asked", () => {
  const { world, faces } = facesWorld();
  const model = world.state.models.get(faces)!;
  const empty = world.state.models.get(world.manifestDigest)!;
  const asked = (gallery: string | null, of = model) => {
    const answer = resolveGallery(world.state, gallery, of);
    return "ok" in answer ? answer.code : answer.gallery;
  };
  assertEquals([asked(null), asked("default"), asked("staff")], [null, null, "gallery_unknown"]);
  world.publish("default", 1, 0);
  world.publish("staff", 1, 0);
  assertEquals([asked("default"), asked("staff")], [null, null]);
  world.publish("default", 2);
  world.publish("staff", 2);
  assertEquals([asked("default"), asked("staff")], ["default", "staff"]);
  assertEquals([asked("default", empty), asked("staff", empty)], [null, "gallery_unfit"]);
});

Deno.test("reachOf() counts the connected nodes that can compare faces", () => {
  const { world } = facesWorld();
  const [ready, failed] = [world.join(idOf("node", 1)), world.join(idOf("node", 2))];
  const draining = world.join(idOf("node", 3));
  world.join(idOf("node", 4));
  world.join(idOf("node", 5), { hello: { capabilities: { ...NOTHING, engines: [] } }, ready: false });
  world.publish("staff", 2);
  world.galleryReady(ready, "staff", 2);
  world.galleryFailed(failed, "staff", 2);
  world.turn({ type: "run_node_command", commandId: "c", nodeId: draining.nodeId, command: "drain" });
  assertEquals(reachOf(world.state, { gallery: "staff", version: 2 }), { ready: 1, pending: 2, failed: 1 });
  assertEquals(reachOf(world.state, { gallery: "guests", version: 1 }), { ready: 0, pending: 0, failed: 0 });
});

const NOTHING = { os: "linux", arch: "x", cores: 1, memoryBytes: 1, workers: 1, engines: [] };
