import type { BlobStore } from "../protocol/ports/blob_store.ts";
import type { ClusterInfo, ModelListing, NodeListing, PredictAnswer } from "../protocol/http_api/api.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import { asDmlError, type ErrorCode } from "../protocol/kernel/errors.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import type { NodeDecision } from "../protocol/http_api/node_decision.ts";
import type { NodeOrderName } from "../protocol/messages/command_names.ts";
import type { Message } from "../protocol/messages/message.ts";
import { PROTOCOL_VERSION } from "../protocol/messages/hello.ts";
import type { TaskOptions } from "../protocol/messages/task.ts";
import type { Address, Listener } from "../protocol/ports/transport.ts";
import { runEffect } from "./control/run_effects.ts";
import { ControlPort } from "./control/control_port.ts";
import type { MasterEvent } from "./core/messages/event.ts";
import type { MasterState } from "./core/state/state.ts";
import { logEvent } from "./turn/event_log.ts";
import { masterHandler } from "./http/app.ts";
import { type HttpServer, serveHttp } from "./http/http_server.ts";
import { servePlainPort } from "./http/plain/plain_port.ts";
import { Inbox } from "./turn/inbox.ts";
import { listModels, listNodes } from "./http/listings.ts";
import type { MasterHandle, MasterOptions } from "./master_handle.ts";
import { listPrograms } from "./programs/program_listing.ts";
import { ModelStore } from "./models/model_store.ts";
import { restoredState } from "./turn/restored_state.ts";
import { MasterServices } from "./services.ts";
import type { Versions } from "./models/versions.ts";

export type { MasterHandle, MasterOptions };

/** Ticks of the master in each heartbeat interval. */
const TICKS_PER_HEARTBEAT = 5;
const STOP_GRACE_MS = 5_000;
/** Codes of a node that received wrong files of a model or a gallery, or none. */
const WRONG_BYTES: readonly string[] = ["blob_corrupt", "blob_not_found"] satisfies ErrorCode[];

/**
 * Starts a master, which listens once this resolves. Throws `address_in_use`, `usage` or
 * `home_unusable`.
 */
export async function startMaster(options: MasterOptions): Promise<MasterHandle> {
  const models = new ModelStore({ ...options, durable: options.durableBlobs });
  const state = await restoredState(options, models);
  const listener = await options.transport.listen(options.control);
  const master = new Master(options, { models, state, listener });
  try {
    master.start();
  } catch (error) {
    await master.stop({ graceMs: 0 });
    throw error;
  }
  return master;
}

/** The shell between the pure core and time, sockets and files. */
class Master implements MasterHandle {
  readonly blobs: BlobStore;
  readonly versions: Versions;
  readonly controlAddress: Address;
  readonly fetch: MasterHandle["fetch"];
  readonly publishGallery: MasterHandle["publishGallery"];
  readonly retireGallery: MasterHandle["retireGallery"];
  readonly #options: MasterOptions;
  readonly #state: MasterState;
  readonly #inbox: Inbox;
  readonly #port: ControlPort;
  readonly #services: MasterServices;
  readonly #models: ModelStore;
  readonly #idle = Promise.withResolvers<void>();
  #http: HttpServer | null = null;
  #plain: HttpServer | null = null;
  #serving: Promise<void> = Promise.resolve();
  #holding: Promise<void> | undefined;
  #cancelTick = () => {};
  #ticks = 0;
  #stopping: Promise<void> | null = null;

  constructor(
    options: MasterOptions,
    { models, state, listener }: { models: ModelStore; state: MasterState; listener: Listener },
  ) {
    const { clock, log } = options;
    this.#options = options;
    this.#state = state;
    this.#models = models;
    this.controlAddress = listener.address;
    this.#inbox = new Inbox({
      state,
      clock,
      log,
      ledger: options.ledger,
      onEvent: (event) => this.#note(event),
      onEffect: (effect) => {
        const { predictions, pendingCommands } = this.#services;
        runEffect(effect, { port: this.#port, predictions, pendingCommands });
      },
      onCrash: (error) => this.#crash(error),
    });
    const send = (nodeId: string, message: Message) => this.#port.send(nodeId, message);
    const services = new MasterServices(options, { models, state, inbox: this.#inbox, send });
    this.#services = services;
    this.blobs = services.blobs;
    this.versions = services.versions;
    this.publishGallery = (publication) => services.galleries.publish(publication);
    this.retireGallery = (gallery) => services.galleries.retire(gallery);
    this.fetch = services.observation.fetchOf(masterHandler({ ...options, ...services, master: this }));
    this.#port = new ControlPort({
      ...options,
      ...services,
      credentials: options.credentials, // a hello proves itself with the tokens alone, not with a session
      pin: options.tls?.pin ?? "",
      listener,
      inbox: this.#inbox,
      heartbeatIntervalMs: LIMITS.heartbeatIntervalMs,
      deadAfterMs: state.settings.deadAfterMs,
      inlinePictures: options.sendsPicturesInline === false ? null : services.blobs,
    });
  }

  get httpAddress(): Address | null {
    return this.#http?.address ?? null;
  }

  get plainAddress(): Address | null {
    return this.#plain?.address ?? null;
  }

  /**
   * Serves HTTP, registers the catalog and the galleries, and accepts connections. No request is
   * answered before it returns.
   */
  start(): void {
    const { http, plain = null, galleries = [] } = this.#options;
    // The port is taken before anything is written, so that a start that fails leaves no trace.
    if (http !== null) this.#http = serveHttp(this.fetch, { tls: null, ...this.#options, address: http });
    if (plain !== null) this.#plain = servePlainPort(plain, { ...this.#options, ...this.#services });
    for (const registration of this.versions.registrations()) this.#inbox.post(registration);
    for (const gallery of galleries) this.#inbox.post({ type: "publish_gallery", ...gallery });
    this.#inbox.flush();
    this.versions.rollOutNewer();
    this.#serving = this.#port.run();
    this.#services.people.start();
    this.#holding = this.#options.programs?.announce((program) => this.#inbox.post({ type: "add_program", program }));
    this.#tick();
  }

  info(): ClusterInfo {
    return {
      product: "dml",
      version: this.#options.version,
      protocol: PROTOCOL_VERSION,
      controlPort: this.controlAddress.port,
      tokenRequired: this.#options.credentials !== null,
    };
  }

  predict(
    image: Uint8Array<ArrayBuffer>,
    options: TaskOptions & { model: string; signal?: AbortSignal },
  ): Promise<PredictAnswer> {
    return this.#services.predictions.predict(image, options);
  }

  readAnnotated(digest: Digest): Promise<Uint8Array<ArrayBuffer>> {
    return this.blobs.read(digest);
  }

  nodes(): NodeListing[] {
    return listNodes(this.#state);
  }

  models(): ModelListing[] {
    return listModels(this.#state, this.#models.list());
  }

  programs(): ReturnType<MasterHandle["programs"]> {
    return listPrograms(this.#state, this.#options.version);
  }

  command(nodeId: string, command: NodeOrderName): Promise<string> {
    return this.#services.pendingCommands.sendToNode(nodeId, command);
  }

  judgeNode(nodeId: string, decision: NodeDecision): Promise<string> {
    return this.#services.pendingCommands.submit((commandId) => ({ type: "judge_node", commandId, nodeId, decision }));
  }

  stop(options: { graceMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.graceMs ?? STOP_GRACE_MS);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    const { clock } = this.#options;
    this.#inbox.post({ type: "begin_stop" });
    this.#inbox.flush();
    if (this.#state.tasks.size === 0) this.#idle.resolve();
    const cancel = clock.after(graceMs, () => this.#idle.resolve());
    await this.#idle.promise;
    cancel();
    this.#inbox.post({ type: "finish_stop" });
    this.#inbox.flush();
    this.#services.endWaits();
    await Promise.all([this.#http?.close(), this.#plain?.close()]);
    await this.#services.people.stop();
    this.#port.stop("The master stops.");
    await this.#serving;
    await this.#holding;
    this.#inbox.flush();
    this.#services.pendingCommands.settleAll("shutting_down", "The master stopped.");
    this.#services.galleries.close();
    this.#services.tokens.flush();
    this.#cancelTick();
    await this.#services.modelImport.uploads.sweep(Infinity);
  }

  #tick(): void {
    const { clock } = this.#options;
    this.#cancelTick = clock.after(LIMITS.heartbeatIntervalMs / TICKS_PER_HEARTBEAT, () => this.#tick());
    const nowMs = clock.nowMs();
    this.#inbox.post({ type: "tick" });
    this.#port.tick(nowMs);
    if (this.#ticks++ % TICKS_PER_HEARTBEAT === 0) this.#port.ping();
    this.#services.sweep(nowMs);
  }

  #note(event: MasterEvent): void {
    if (event.type === "task_answered" && this.#state.stopping && this.#state.tasks.size === 0) this.#idle.resolve();
    logEvent(this.#options.log, event, this.#state);
    this.#services.notice(event);
    if (event.type === "gallery_failed" && WRONG_BYTES.includes(event.code)) {
      this.#services.people.galleryWriter.recheck(event.gallery);
    }
    if (event.type === "model_failed" && WRONG_BYTES.includes(event.code)) this.#recheck(event.manifestDigest);
  }

  /** Checks the files of a model that a node could not use: they may be damaged here. */
  #recheck(manifestDigest: Digest): void {
    const { log } = this.#options;
    this.#models.recheck(manifestDigest).catch((error) => {
      log.error("The files of a model cannot be checked.", { manifestDigest, error: asDmlError(error).message });
    });
  }

  /** Handles a bug: refuses all that waits, and ends the process as an uncaught error does. */
  #crash(error: unknown): void {
    const reason = "The master broke down.";
    this.#options.log.error(reason, { error: error instanceof Error ? error.stack : error });
    this.#services.predictions.answerAll({ ok: false, code: "internal", reason });
    this.#services.pendingCommands.settleAll("internal", reason);
    this.#services.galleries.close();
    this.#idle.resolve();
    reportError(error);
  }
}
