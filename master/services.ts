import type { RegisteredModel } from "../models/registry.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import type { MasterState } from "./core/state/state.ts";
import { GalleryPublisher } from "./people/gallery_publisher.ts";
import type { Inbox } from "./turn/inbox.ts";
import { MasterBlobs } from "./blobs/master_blobs.ts";
import type { MasterOptions } from "./master_handle.ts";
import { PendingCommands } from "./turn/pending_commands.ts";
import { clusterPeople } from "./people/cluster_people.ts";
import type { People } from "./people/people.ts";
import { PendingResults } from "./control/pending_results.ts";
import { Predictions } from "./turn/predictions.ts";
import { ModelImport } from "./models/model_import.ts";
import type { ModelStore } from "./models/model_store.ts";
import { resolveModel } from "./models/resolve_model.ts";
import { TransientBlobs } from "./blobs/transient_blobs.ts";
import { Versions } from "./models/versions.ts";

/** The parts that the services share with the shell. */
export interface MasterCore {
  /** Read only; commands to the inbox change it. */
  readonly state: MasterState;
  readonly inbox: Inbox;
  readonly models: ModelStore;
}

/** The services of a master, each for one subject. None of them knows the shell that owns them. */
export class MasterServices {
  readonly transient: TransientBlobs;
  readonly blobs: MasterBlobs;
  readonly results: PendingResults;
  readonly predictions: Predictions;
  readonly pendingCommands: PendingCommands;
  readonly galleries: GalleryPublisher;
  readonly modelImport: ModelImport;
  readonly versions: Versions;
  readonly people: People;

  constructor(options: MasterOptions, { state, inbox, models }: MasterCore) {
    const { clock, random, durableBlobs: durable, transientBlobs: store } = options;
    const post = inbox.post.bind(inbox);
    const { transientBytesMax: bytesMax, resultKeptMs } = LIMITS;
    const transient = new TransientBlobs({ store, bytesMax, resultKeptMs });
    this.transient = transient;
    const { programs } = options;
    this.results = new PendingResults({ state, post, holdsBlob: (digest) => transient.has(digest) });
    this.blobs = new MasterBlobs({
      clock,
      onPut: (digest) => this.results.pictureArrived(digest),
      transient,
      models,
      programs,
      transientStore: store,
      durableStore: durable,
    });
    const register = ({ manifest: document, digest, bytes }: RegisteredModel) => {
      post({ type: "register_model", manifest: { digest, size: bytes.length }, document });
      inbox.flush();
    };
    this.predictions = new Predictions({ state, post, models, register, transient, clock, random });
    this.pendingCommands = new PendingCommands({ post, random });
    this.galleries = new GalleryPublisher({ state, post, durableBlobs: durable, clock });
    this.modelImport = new ModelImport({ state, models, durable, pendingCommands: this.pendingCommands });
    const protectedFiles = () => this.modelImport.uploads.protectedFiles(clock.nowMs());
    this.versions = new Versions({
      ...options,
      state,
      pendingCommands: this.pendingCommands,
      models,
      register,
      durable,
      protectedFiles,
    });
    const resolve = (name: string) => resolveModel(state, models, name).model;
    const { predictions, blobs, galleries } = this;
    this.people = clusterPeople(options, { predictions, blobs, galleries, models: { resolve } });
  }
}
