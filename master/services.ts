import type { Manifest } from "../models/manifest.ts";
import type { RegisteredModel } from "../models/registry.ts";
import { anyCredentials, type Credentials } from "../protocol/security/credentials.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import { type AuditLog, MemoryAuditLog } from "./access/audit_log.ts";
import { FailedAttempts } from "./access/failed_attempts.ts";
import { MemoryTokenRecords } from "./access/token_records.ts";
import { TokenStore } from "./access/token_store.ts";
import type { MasterEvent } from "./core/messages/event.ts";
import type { MasterState } from "./core/state/state.ts";
import { Fleet } from "./fleet/fleet.ts";
import { GalleryPublisher } from "./people/gallery_publisher.ts";
import { Refusals } from "./http/refusals.ts";
import type { Message } from "../protocol/messages/message.ts";
import { DirectMessages } from "./control/direct_messages.ts";
import { ExecRelay } from "./exec/exec_relay.ts";
import { FileRelay } from "./files/file_relay.ts";
import { listNode } from "./http/listings.ts";
import { LogIntake } from "./logs/log_intake.ts";
import type { Inbox } from "./turn/inbox.ts";
import { MasterBlobs } from "./blobs/master_blobs.ts";
import type { MasterOptions } from "./master_handle.ts";
import { PendingCommands } from "./turn/pending_commands.ts";
import { clusterPeople } from "./people/cluster_people.ts";
import type { People } from "./people/people.ts";
import { NodeSessions } from "./control/node_sessions.ts";
import { GalleryNames } from "./control/gallery_names.ts";
import { MemoryPeopleStore } from "./people/memory_people_store.ts";
import { PendingResults } from "./control/pending_results.ts";
import { Predictions } from "./turn/predictions.ts";
import { modelsOf } from "./models/models_of.ts";
import { ServedModels } from "./models/served_models.ts";
import { Observation } from "./observe/observation.ts";
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
  /** Sends `message` to a node if it is connected. */
  readonly send: (nodeId: string, message: Message) => void;
}

/** The services of a master, each for one subject. None of them knows the shell that owns them. */
export class MasterServices {
  readonly sessions = new NodeSessions();
  /** Secrets that HTTP requests may carry; `null` if requests need none. */
  readonly credentials: Credentials | null;
  readonly transient: TransientBlobs;
  readonly blobs: MasterBlobs;
  readonly results: PendingResults;
  readonly predictions: Predictions;
  readonly pendingCommands: PendingCommands;
  readonly galleries: GalleryPublisher;
  readonly modelImport: ModelImport;
  readonly versions: Versions;
  readonly fleet: Fleet;
  readonly people: People;
  readonly tokens: TokenStore;
  readonly audit: AuditLog;
  readonly attempts: FailedAttempts;
  readonly refusals: Refusals;
  /** Returns the names of the served models with a pipeline. */
  readonly served: ServedModels;
  readonly modelsOf: (pipeline: Manifest["pipeline"]) => readonly string[];
  readonly exec: ExecRelay;
  readonly files: FileRelay;
  readonly direct: DirectMessages;
  readonly #logs: MasterOptions["logs"];
  readonly observation: Observation;

  constructor(options: MasterOptions, { state, inbox, models, send }: MasterCore) {
    const { clock, random, durableBlobs: durable, transientBlobs: store } = options;
    const post = inbox.post.bind(inbox);
    const { credentials } = options;
    this.credentials = credentials === null ? null : anyCredentials(this.sessions, credentials);
    const { transientBytesMax: bytesMax, resultKeptMs } = LIMITS;
    const transient = new TransientBlobs({ store, bytesMax, resultKeptMs });
    this.transient = transient;
    const { programs } = options;
    const { people = new MemoryPeopleStore() } = options;
    const names = new GalleryNames({ store: people, galleries: state.galleries, clock });
    this.results = new PendingResults({ state, post, holdsBlob: (digest) => transient.has(digest), names });
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
    this.fleet = new Fleet({ state, models, register, pendingCommands: this.pendingCommands });
    const nameOf = (nodeId: string) => state.nodes.get(nodeId)?.record.name ?? nodeId;
    const { logs, log } = options;
    this.#logs = logs;
    const logIntake = logs === undefined ? null : new LogIntake({ clock, log, store: logs, nameOf, send });
    const resolve = (name: string) => resolveModel(state, models, name).model;
    const { predictions, blobs, galleries } = this;
    this.people = clusterPeople({ ...options, people }, { predictions, blobs, galleries, models: { resolve } });
    this.tokens = options.tokens ?? new TokenStore({ ...options, records: new MemoryTokenRecords(), defaults: null });
    this.audit = options.audit ?? new MemoryAuditLog(clock);
    this.exec = new ExecRelay({ clock, random, audit: this.audit, node: (nodeId) => listNode(state, nodeId), send });
    this.files = new FileRelay({ clock, random, node: (nodeId) => listNode(state, nodeId), send });
    this.direct = new DirectMessages({ logs: logIntake, exec: this.exec, files: this.files });
    this.attempts = new FailedAttempts(clock);
    this.refusals = new Refusals(options);
    const { versions, modelImport } = this;
    this.served = new ServedModels({ state, models, versions, modelImport, durable });
    this.modelsOf = (pipeline) => modelsOf(state, pipeline);
    this.observation = new Observation(options, state);
  }

  /** Passes on an event that has been applied. */
  notice(event: MasterEvent): void {
    this.observation.note(event);
    this.galleries.notice(event);
  }

  /** Ends the requests that are answered bit by bit, because the master stops. */
  endWaits(): void {
    this.#logs?.endWaits();
    this.exec.close();
    this.files.close();
  }

  /** Does what is due by `nowMs`: drops what has expired, and writes and logs what was counted. */
  sweep(nowMs: number): void {
    this.results.sweep();
    this.tokens.sweep(nowMs);
    this.refusals.sweep(nowMs);
    void this.transient.sweep(nowMs);
    void this.modelImport.uploads.sweep(nowMs);
  }
}
