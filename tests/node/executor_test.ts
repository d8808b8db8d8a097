import { assert, assertEquals } from "../assert.ts";
import { InlinePictures } from "../../node/pictures/inline_pictures.ts";
import type { NodeEvent } from "../../node/core/event.ts";
import type { Action } from "../../node/core/plan.ts";
import type { AttemptKey } from "../../node/core/state.ts";
import { Executor } from "../../node/executor.ts";
import { GalleryCache } from "../../node/galleries/gallery_cache.ts";
import { LoadRecord } from "../../node/models/load_record.ts";
import { ModelCache } from "../../node/models/model_cache.ts";
import { MemoryBlobStore } from "../../protocol/blob/memory_blob_store.ts";
import { InvariantError } from "../../protocol/kernel/invariant.ts";
import { SILENT_LOG } from "../../protocol/kernel/log.ts";
import { seededRandom } from "../../protocol/kernel/random.ts";
import { putGallery } from "../models/gallery/built_gallery.ts";
import { ManualClock } from "../protocol/manual_clock.ts";
import { FakeEngine } from "./fake_engine.ts";
import { putModel, putText } from "./node_fixture.ts";
import { assign, digest } from "./instructions.ts";

const KEY: AttemptKey = "1:task:1";

/**
 * Each kind of event that reports a success, with the action that causes it, in an order in which
 * every action finds its requirements met.
 */
const SUCCESSES: readonly (readonly [NodeEvent["kind"], Action["do"]])[] = [
  ["modelFetched", "fetchModel"],
  ["modelLoaded", "load"],
  ["galleryTaken", "fetchGallery"],
  ["imageFetched", "fetchImage"],
  ["attemptRan", "run"],
  ["picturesNamed", "upload"],
  ["attemptUploaded", "upload"],
];

/** An executor whose master has all files that it fetches. */
class Desk {
  readonly engine = new FakeEngine();
  readonly remote = new MemoryBlobStore();
  /** The core throws when it receives this event; `null` if it never throws. */
  breaksAt: NodeEvent["kind"] | null = null;
  readonly executor: Executor;
  #told = Promise.withResolvers<NodeEvent>();

  constructor() {
    const [local, clock, random] = [new MemoryBlobStore(), new ManualClock(), seededRandom(1)];
    const { engine, remote } = this;
    this.executor = new Executor({
      engine,
      loads: LoadRecord.inMemory(),
      cache: new ModelCache({ local, remote, clock, random }),
      galleries: new GalleryCache({ engine, local, remote, clock, random }),
      remote,
      inlinePictures: new InlinePictures(),
      sendPicture: () => false,
      clock,
      log: SILENT_LOG,
      report: (event) => {
        if (event.kind === this.breaksAt) throw new InvariantError(`the core broke at ${event.kind}`);
        if (event.kind === "picturesNamed") return; // another event of the same action follows
        this.#told.resolve(event);
        this.#told = Promise.withResolvers();
      },
    });
  }

  /** Resolves with the next event at which the core does not throw. */
  told(): Promise<NodeEvent> {
    return this.#told.promise;
  }

  /** Returns one action of each kind. */
  async actions(): Promise<Action[]> {
    const { remote } = this;
    const offer = await putModel(remote);
    const manifestDigest = offer.manifest.digest;
    const { reference: index } = await putGallery(remote, {
      gallery: "staff",
      version: 1,
      embedder: digest("e"),
      people: [],
    });
    const assigned = assign(1, { manifestDigest, image: await putText(remote, "cat") });
    return [
      { do: "fetchModel", manifestDigest, offer },
      { do: "load", manifestDigest, offer },
      { do: "fetchGallery", offer: { type: "gallery.offer", gallery: "staff", version: 1, index } },
      { do: "fetchImage", key: KEY, assign: assigned },
      { do: "run", key: KEY, assign: assigned, deadlineMs: 1_000, isQuick: false },
      { do: "upload", key: KEY },
    ];
  }

  begin(action: Action): void {
    this.executor.begin(action);
    if (action.do === "run") void this.engine.next().then((run) => run.finish("drawn"));
  }
}

/**
 * Resolves with the reason of the next unhandled rejection, and keeps that from ending the test.
 */
function uncaught(): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const listen = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    resolve(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listen, { once: true });
  return promise;
}

for (const [kind, doing] of SUCCESSES) {
  Deno.test(`Executor.begin() reports no failure to the master when the core throws at ${kind}, which is a bug`, async () => {
    const desk = new Desk();
    const actions = await desk.actions();
    for (const action of actions.slice(0, actions.findIndex((action) => action.do === doing))) {
      const told = desk.told();
      desk.begin(action);
      await told;
    }
    desk.breaksAt = kind;
    const first = Promise.race([uncaught(), desk.told()]);
    for (const action of actions) if (action.do === doing) desk.begin(action);
    const error = await first;
    assert(error instanceof InvariantError, JSON.stringify(error));
    assertEquals(error.message, `the core broke at ${kind}`);
    await desk.executor.close();
  });
}
