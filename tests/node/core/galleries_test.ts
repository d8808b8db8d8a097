import { assertEquals } from "../../assert.ts";
import { assign, galleryOffer, nobody } from "../instructions.ts";
import { doing, History } from "./history.ts";

const FAILURE = { code: "blob_not_found", reason: "It is gone." };
const RETIRE = { type: "gallery.retire", gallery: "staff" } as const;

/** Returns the messages about galleries, such as `staff@2 ready` and `staff@3 blob_not_found`. */
function said(history: History): string[] {
  return history.sentMessages().flatMap((message) => {
    if (message.type === "gallery.ready") return [`${message.gallery}@${message.version} ready`];
    if (message.type === "gallery.failed") return [`${message.gallery}@${message.version} ${message.code}`];
    return [];
  });
}

function taken(history: History, version: number): History {
  return history.event({ kind: "galleryTaken", offer: galleryOffer(version), fetchedBytes: 5 });
}

/** Returns a node on which this version is active. */
function inForce(version: number): History {
  const history = new History().instruction(galleryOffer(version));
  history.act();
  taken(history, version);
  history.sentMessages();
  return history;
}

Deno.test("apply() announces an active version with its fetched bytes", () => {
  const history = new History().instruction(galleryOffer(1));
  assertEquals(doing(history.act()), ["fetchGallery"]);
  taken(history, 1);
  assertEquals(history.sentMessages(), [{ type: "gallery.ready", gallery: "staff", version: 1, fetchedBytes: 5 }]);
  assertEquals(history.act(), []);
});

Deno.test("apply() activates only the newest of several versions offered during a fetch", () => {
  const history = new History().instruction(galleryOffer(1));
  history.act();
  history.instruction(galleryOffer(2), galleryOffer(3));
  assertEquals(history.act(), [], "one at a time");
  taken(history, 1);
  assertEquals(said(history), ["staff@1 ready"]);
  assertEquals(history.act(), [{ do: "fetchGallery", offer: galleryOffer(3) }]);
  taken(history, 3);
  assertEquals(said(history), ["staff@3 ready"]);
});

Deno.test("apply() reports the active version to a returning master, then activates the new one", () => {
  const history = inForce(1);
  history.event({ kind: "disconnected" }).event({ kind: "connected" });
  history.instruction(galleryOffer(2));
  assertEquals(history.sentMessages(), [{ type: "gallery.ready", gallery: "staff", version: 1, fetchedBytes: 0 }]);
  assertEquals(doing(history.act()), ["fetchGallery"]);
  taken(history, 2);
  history.event({ kind: "disconnected" }).event({ kind: "connected" });
  history.sentMessages();
  history.instruction(galleryOffer(2));
  assertEquals(said(history), ["staff@2 ready"]);
  assertEquals(history.act(), [], "nothing is new");
});

Deno.test("apply() reports why a version failed, keeps the previous one, and retries on the next offer", () => {
  const history = inForce(1).instruction(galleryOffer(2));
  history.act();
  history.event({ kind: "galleryFailed", offer: galleryOffer(2), failure: FAILURE });
  assertEquals(said(history), ["staff@2 blob_not_found"]);
  assertEquals(history.act(), []);
  assertEquals(history.state.galleries.get("staff")?.inForce?.version, 1);
  assertEquals(doing(history.instruction(galleryOffer(2)).act()), ["fetchGallery"]);
});

Deno.test("apply() does not report the failure of an outdated version", () => {
  const history = new History().instruction(galleryOffer(1));
  history.act();
  history.instruction(galleryOffer(2));
  history.event({ kind: "galleryFailed", offer: galleryOffer(1), failure: FAILURE });
  assertEquals(said(history), []);
  assertEquals(history.act(), [{ do: "fetchGallery", offer: galleryOffer(2) }]);
});

Deno.test("plan() drops a retired gallery when its fetch has ended", () => {
  const history = new History().instruction(galleryOffer(1));
  history.act();
  history.instruction(RETIRE);
  assertEquals(history.act(), [], "it is being fetched");
  taken(history, 1);
  assertEquals(said(history), [], "it was retired");
  assertEquals(history.act(), [{ do: "dropGallery", gallery: "staff" }]);
  history.event({ kind: "galleryDropped", gallery: "staff" });
  assertEquals(history.state.galleries.size, 0);
});

Deno.test("plan() drops the files of a retired gallery that an earlier process left", () => {
  const history = new History().instruction(RETIRE);
  assertEquals(history.act(), [{ do: "dropGallery", gallery: "staff" }]);
  history.event({ kind: "galleryDropped", gallery: "staff" });
  assertEquals([history.state.galleries.size, history.act().length], [0, 0]);
});

Deno.test("apply() restarts a gallery that is offered again while it is being dropped", () => {
  const history = inForce(1).instruction(RETIRE);
  history.act();
  history.instruction(galleryOffer(2));
  assertEquals(said(history), []);
  history.event({ kind: "galleryDropped", gallery: "staff" });
  assertEquals(history.act(), [{ do: "fetchGallery", offer: galleryOffer(2) }]);
});

Deno.test("apply() accepts galleries up to its limit", () => {
  const history = new History();
  history.instruction(galleryOffer(1, "one"), galleryOffer(1, "two"), galleryOffer(1, "three"));
  assertEquals(said(history), ["three@1 queue_full"]);
  assertEquals(history.state.galleries.size, 2);
});

Deno.test("apply() names the cropped face of each person", () => {
  const crops = [galleryOffer(1).index, galleryOffer(2).index];
  const history = new History().ready();
  const persons = [1, 2].map((x) => ({ ...PERSON, score: x / 2 }));
  history.instruction(assign(1)).act();
  history.image(1).act();
  const key = history.key(1);
  history.event({ kind: "attemptRan", key, prediction: { ...nobody(), persons }, serviceMs: 1, hasPictures: true });
  assertEquals(doing(history.act()), ["upload"]);
  history.event({ kind: "picturesNamed", key, annotated: null, crops });
  const [result] = history.sentMessages();
  const named = result.type === "task.result" ? result.prediction.persons : [];
  assertEquals(named, persons.map((person, at) => ({ ...person, crop: crops[at] })));
});

const PERSON = {
  box: { x: 0, y: 0, width: 1, height: 1 },
  landmarks: [1, 2, 3, 4, 5].map((x) => ({ x, y: x })),
  name: null,
  similarity: null,
};
