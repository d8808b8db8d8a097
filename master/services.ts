import type { RegisteredRecognizer } from "../models/registry.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import type { MasterState } from "./core/state/state.ts";
import { GalleryPublisher } from "./people/gallery_publisher.ts";
import type { Inbox } from "./turn/inbox.ts";
import { MasterBlobs } from "./blobs/master_blobs.ts";
import type { MasterHandle, MasterOptions } from "./master_handle.ts";
import { Orders } from "./turn/pending_commands.ts";
import { clusterPeople } from "./people/cluster_people.ts";
import type { People } from "./people/people.ts";
import { PendingResults } from "./control/pending_results.ts";
import { Predictions } from "./turn/predictions.ts";
import { RecognizerIntake } from "./recognizers/recognizer_import.ts";
import type { RecognizerStore } from "./recognizers/recognizer_store.ts";
import { servedRecognizer } from "./recognizers/resolve_recognizer.ts";
import { TransientBlobs } from "./blobs/transient_blobs.ts";
import { Versions } from "./recognizers/versions.ts";

/** What the services share with the shell. */
export interface MasterCore {
  /** Read only. */
  readonly state: MasterState;
  readonly inbox: Inbox;
  readonly recognizers: RecognizerStore;
  /** The shell itself; it is not asked before it is made. */
  readonly master: MasterHandle;
}

/** Those who look after one thing each: they read the one state, and change it by commands to the one inbox. */
export class MasterServices {
  readonly transient: TransientBlobs;
  readonly blobs: MasterBlobs;
  readonly results: PendingResults;
  readonly predictions: Predictions;
  readonly orders: Orders;
  readonly galleries: GalleryPublisher;
  readonly intake: RecognizerIntake;
  readonly versions: Versions;
  readonly people: People;

  constructor(options: MasterOptions, { state, inbox, recognizers, master }: MasterCore) {
    const { clock, random, durableBlobs: durable, transientBlobs: store } = options;
    const post = inbox.post.bind(inbox);
    const { transientBytesMax: bytesMax, resultKeptMs } = LIMITS;
    const transient = new TransientBlobs({ store, bytesMax, resultKeptMs });
    this.transient = transient;
    const { programs } = options;
    this.results = new PendingResults({ state, post, holdsBlob: (digest) => transient.has(digest) });
    this.blobs = new MasterBlobs({
      clock,
      onPut: (digest) => this.results.arrived(digest),
      transient,
      recognizers,
      programs,
      transientStore: store,
      durableStore: durable,
    });
    const register = ({ manifest: document, digest, bytes }: RegisteredRecognizer) => {
      post({ type: "register_recognizer", manifest: { digest, size: bytes.length }, document });
      inbox.flush();
    };
    this.predictions = new Predictions({ state, post, recognizers, register, transient, clock, random });
    this.orders = new Orders({ post, random });
    this.galleries = new GalleryPublisher({ state, post, durableBlobs: durable, clock });
    this.intake = new RecognizerIntake({ state, recognizers, durable, orders: this.orders });
    const spared = () => this.intake.uploads.spared(clock.nowMs());
    this.versions = new Versions({ ...options, state, orders: this.orders, recognizers, register, durable, spared });
    const resolve = (name: string) => servedRecognizer(state, recognizers, name).recognizer;
    this.people = clusterPeople(options, { master, recognizers: { resolve } });
  }
}
