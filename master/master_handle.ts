import type { CatalogEntry } from "../models/catalog/catalog_entry.ts";
import type { BlobStore } from "../protocol/ports/blob_store.ts";
import type { MemoryBlobStore } from "../protocol/blob/memory_blob_store.ts";
import type { ClusterInfo, ModelListing, NodeListing, PredictAnswer } from "../protocol/http_api/api.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import type { Log } from "../protocol/kernel/log.ts";
import type { Random } from "../protocol/kernel/random.ts";
import type { NodeCommandName } from "../protocol/messages/command.ts";
import type { TaskOptions } from "../protocol/messages/task.ts";
import type { ClusterTokens } from "../protocol/security/tokens.ts";
import type { Address, Transport } from "../protocol/ports/transport.ts";
import type { GalleryReach } from "./core/decide/decide_galleries.ts";
import type { PublishedGallery } from "./core/state/gallery_state.ts";
import type { MasterSettings } from "./core/state/settings.ts";
import type { ProgramsListing } from "../protocol/http_api/program_api.ts";
import type { ProgramFiles } from "./programs/program_files.ts";
import type { GalleryPublication } from "./people/gallery_publisher.ts";
import type { Versions } from "./models/versions.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { PeopleStore } from "./people/people_store.ts";

/** What a master is made of. Whoever passes something in closes it, after `stop`. */
export interface MasterOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  /** Of dml. */
  readonly version: string;
  /** How nodes reach `control`. */
  readonly transport: Transport;
  readonly control: Address;
  /** Null for a master that only this process talks to. */
  readonly http: Address | null;
  /** False: nodes reach its blobs without a network, so that nothing is gained by sending pictures along; else they are. */
  readonly sendsPicturesInline?: boolean;
  readonly ledger: Ledger;
  /** Files of models. */
  readonly durableBlobs: BlobStore;
  /** Pictures. */
  readonly transientBlobs: MemoryBlobStore;
  readonly catalog: readonly CatalogEntry[];
  /** Null where nobody needs one. */
  readonly tokens: ClusterTokens | null;
  /** Executables of dml for its nodes. */
  readonly programs?: ProgramFiles;
  readonly settings?: Partial<MasterSettings>;
  /** Who is enrolled; in memory when there is none. */
  readonly people?: PeopleStore;
  /** What is known before it listens, so that nobody is answered without the people there are. */
  readonly galleries?: readonly PublishedGallery[];
}

/** A master that runs. */
export interface MasterHandle {
  readonly controlAddress: Address;
  readonly httpAddress: Address | null;
  /** The HTTP interface without a port. */
  fetch(request: Request): Response | Promise<Response>;
  /** Its blobs as a node in this process sees them. */
  readonly blobs: BlobStore;
  info(): ClusterInfo;
  /** The same way as over HTTP, throwing what would be answered there. */
  predict(
    image: Uint8Array<ArrayBuffer>,
    options: TaskOptions & { model: string; signal?: AbortSignal },
  ): Promise<PredictAnswer>;
  /** An annotated picture, for as long as it is kept. Throws `blob_not_found`. */
  readAnnotated(digest: Digest): Promise<Uint8Array<ArrayBuffer>>;
  nodes(): NodeListing[];
  models(): ModelListing[];
  /** The executables that it holds, and how the nodes stand to them. */
  programs(): ProgramsListing;
  /** The versions of models, and how they change. */
  readonly versions: Versions;
  /** What the node says when it has done it. */
  command(nodeId: string, command: NodeCommandName): Promise<string>;
  /**
   * Makes the version the one that is asked from now on. Resolves when every connected node that takes work has it in force or
   * failed, after two seconds in any case. Throws `gallery_invalid`, `blob_not_found` or `request_invalid`.
   */
  publishGallery(publication: GalleryPublication): Promise<GalleryReach>;
  /** The gallery is not asked any more, and forgotten by the nodes. */
  retireGallery(gallery: string): void;
  /** Takes nothing new, waits `graceMs` for what runs, refuses the rest, says goodbye to the nodes. May be called again. */
  stop(options?: { graceMs?: number }): Promise<void>;
}
