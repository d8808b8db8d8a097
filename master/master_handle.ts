import type { CatalogEntry } from "../models/catalog/catalog_entry.ts";
import type { BlobStore } from "../protocol/ports/blob_store.ts";
import type { MemoryBlobStore } from "../protocol/blob/memory_blob_store.ts";
import type { ClusterInfo, ModelListing, NodeListing, PredictAnswer } from "../protocol/http_api/api.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import type { Log } from "../protocol/kernel/log.ts";
import type { Random } from "../protocol/kernel/random.ts";
import type { NodeDecision } from "../protocol/http_api/node_decision.ts";
import type { NodeOrderName } from "../protocol/messages/command_names.ts";
import type { TaskOptions } from "../protocol/messages/task.ts";
import type { DialectChoice } from "../protocol/http_api/dialect_names.ts";
import type { Credentials } from "../protocol/security/credentials.ts";
import type { Address, Transport } from "../protocol/ports/transport.ts";
import type { AuditLog } from "./access/audit_log.ts";
import type { TokenStore } from "./access/token_store.ts";
import type { Backups } from "./backup/backups.ts";
import type { GalleryReach } from "./core/decide/decide_galleries.ts";
import type { ObservationSettings } from "./observe/observation.ts";
import type { PublishedGallery } from "./core/state/gallery_state.ts";
import type { MasterSettings } from "./core/state/settings.ts";
import type { ProgramsListing } from "../protocol/http_api/program_api.ts";
import type { MasterTls } from "./http/http_server.ts";
import type { PlainPort } from "./access/plain_access.ts";
import type { ProgramFiles } from "./programs/program_files.ts";
import type { GalleryPublication } from "./people/gallery_publisher.ts";
import type { LogStore } from "./logs/log_store.ts";
import type { Versions } from "./models/versions.ts";
import type { RequestOrigin } from "./http/request_origin.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { PeopleStore } from "./people/people_store.ts";
import type { TrashStore } from "./people/trash/trash_store.ts";

/** Ports and settings of a master. The caller closes what it passes in, after `stop`. */
export interface MasterOptions extends ObservationSettings {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  /** Version of dml. */
  readonly version: string;
  /** Transport on which nodes reach `control`. */
  readonly transport: Transport;
  readonly control: Address;
  /** Address of the HTTP server; `null` for a master that only this process uses. */
  readonly http: Address | null;
  /** Certificates of the HTTP server; `null` if it has no TLS. */
  readonly tls?: MasterTls | null;
  /** Second HTTP port, without TLS; `null` or absent for none. */
  readonly plain?: PlainPort | null;
  /** Dialects that its HTTP ports answer; absent for none. */
  readonly dialects?: DialectChoice;
  /** Origins of the pages that may call the HTTP API from a browser; absent for none. */
  readonly corsOrigins?: readonly string[];
  /** Returns how many connections the HTTP server can serve, of which `present` are. */
  readonly connectionsMax?: (present: number) => number;
  /** False if nodes reach the blobs without a network, so that tasks need not carry pictures. */
  readonly sendsPicturesInline?: boolean;
  readonly ledger: Ledger;
  /** Store of the files of models and galleries. */
  readonly durableBlobs: BlobStore;
  /** Store of pictures and results. */
  readonly transientBlobs: MemoryBlobStore;
  readonly catalog: readonly CatalogEntry[];
  /** The tokens of the cluster; `null` if none are needed. */
  readonly credentials: Credentials | null;
  /**
   * The tokens of the admins who may run programs on nodes, also if `credentials` is `null`; `null`
   * or absent if nobody may.
   */
  readonly execAdmins?: Credentials | null;
  /**
   * The tokens of the admins who may use the files of nodes, also if `credentials` is `null`; `null`
   * or absent if nobody may.
   */
  readonly fileAdmins?: Credentials | null;
  /** Secret of the node in the process of this master; absent or `null` if there is none. */
  readonly ownNodeToken?: string | null;
  /** Tokens that the admin handles; by default in memory. */
  readonly tokens?: TokenStore;
  /** Record of who did what; by default in memory. */
  readonly audit?: AuditLog;
  /** Maker of backups; absent if nothing of the master is on a disk. */
  readonly backups?: Backups;
  /** Executables of dml for the nodes. */
  readonly programs?: ProgramFiles;
  /** The logs of this master and its nodes; absent if none are kept. */
  readonly logs?: LogStore;
  readonly settings?: Partial<MasterSettings>;
  /** Store of the enrolled people; by default in memory. */
  readonly people?: PeopleStore;
  /** Store of removed people; by default in memory. */
  readonly trash?: TrashStore;
  /** Galleries to publish before it listens, so that no picture is answered without them. */
  readonly galleries?: readonly PublishedGallery[];
}

/** A running master. */
export interface MasterHandle {
  readonly controlAddress: Address;
  readonly httpAddress: Address | null;
  /** Address of the HTTP port without TLS; `null` if there is none. */
  readonly plainAddress: Address | null;
  /** The HTTP interface without a port. */
  fetch(request: Request, origin?: RequestOrigin): Response | Promise<Response>;
  /** The blobs for a node in this process. */
  readonly blobs: BlobStore;
  info(): ClusterInfo;
  /** Recognises one picture as over HTTP; throws the errors that HTTP would answer. */
  predict(
    image: Uint8Array<ArrayBuffer>,
    options: TaskOptions & { model: string; signal?: AbortSignal },
  ): Promise<PredictAnswer>;
  /** Returns an annotated picture while it is kept. Throws `blob_not_found` after that. */
  readAnnotated(digest: Digest): Promise<Uint8Array<ArrayBuffer>>;
  nodes(): NodeListing[];
  models(): ModelListing[];
  /** Lists the executables of the master and their state on the nodes. */
  programs(): ProgramsListing;
  /** The versions of models and the commands that change them. */
  readonly versions: Versions;
  /**
   * Carries out the decision of an admin about a node and returns a sentence about the outcome.
   * Throws `node_unknown`, `node_removed`, `too_many_nodes`, or the error of the ledger.
   */
  judgeNode(nodeId: string, decision: NodeDecision): Promise<string>;
  /** Sends a command to a node and returns its report once it is done. */
  command(nodeId: string, command: NodeOrderName): Promise<string>;
  /**
   * Brings a version of a gallery into force. Resolves once every connected node that takes work
   * has it in force or failed, after two seconds at the latest. Throws `gallery_invalid`,
   * `blob_not_found` or `request_invalid`.
   */
  publishGallery(publication: GalleryPublication): Promise<GalleryReach>;
  /** Takes a gallery out of use; the nodes forget it. */
  retireGallery(gallery: string): void;
  /**
   * Takes no new tasks, waits `graceMs` for running ones, refuses the rest and disconnects the
   * nodes. May be called again.
   */
  stop(options?: { graceMs?: number }): Promise<void>;
}
