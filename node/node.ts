import { asDmlError } from "../protocol/kernel/errors.ts";
import { InvariantError } from "../protocol/kernel/invariant.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import { sleep } from "../protocol/kernel/sleep.ts";
import type { CommandRun } from "../protocol/messages/command.ts";
import { type Hello, PROTOCOL_VERSION, type Welcome } from "../protocol/messages/hello.ts";
import type { ProgramOffer } from "../protocol/messages/program.ts";
import type { Message } from "../protocol/messages/message.ts";
import type { Ending } from "../protocol/transport/peer.ts";
import { ExecRuns } from "./exec/exec_runs.ts";
import { CacheEviction } from "./models/cache_eviction.ts";
import { hostPressure } from "./host/capabilities.ts";
import { InlinePictures } from "./pictures/inline_pictures.ts";
import { GalleryCache } from "./galleries/gallery_cache.ts";
import { MasterConnection } from "./connection/master_connection.ts";
import { type ConnectionEnd, type NextAttempt, ReconnectPolicy } from "./connection/reconnect_policy.ts";
import { LoadRecord } from "./models/load_record.ts";
import { ModelCache } from "./models/model_cache.ts";
import { Upgrader } from "./host/upgrader.ts";
import { NodeLoop } from "./node_loop.ts";
import { Orders } from "./orders/orders.ts";
import type { NodeHandle, NodeNews, NodeOptions } from "./node_options.ts";
import { MemoryUseTimes } from "./models/use_times.ts";

export type { NodeHandle, NodeNews, NodeOptions };

/**
 * Starts a node. It makes only outgoing connections to its master, and reconnects whenever the
 * connection ends.
 */
export function startNode(options: NodeOptions): NodeHandle {
  const node = new Node(options);
  const finished = node.run();
  return {
    stop: () => node.stop(),
    finished,
    get isRestartDue() {
      return node.isRestartDue;
    },
  };
}

class Node {
  readonly #options: NodeOptions;
  readonly #cache: ModelCache;
  readonly #loads: LoadRecord;
  readonly #inlinePictures = new InlinePictures();
  readonly #loop: NodeLoop;
  readonly #leaving = new AbortController();
  readonly #finished = Promise.withResolvers<void>();
  readonly #orders: Orders;
  readonly #upgrader: Upgrader | null;
  readonly #exec: ExecRuns;
  #connection: MasterConnection | null = null;
  #isStopping = false;

  constructor(options: NodeOptions) {
    const { cache: local, remote, clock, random } = options;
    this.#options = options;
    this.#loads = options.loads ?? LoadRecord.inMemory();
    const eviction = new CacheEviction({
      store: local,
      clock,
      bytesMax: options.cacheBytes ?? LIMITS.cacheBytes,
      times: options.useTimes ?? new MemoryUseTimes(),
      inUse: () => this.#loop.filesInUse(),
    });
    this.#cache = new ModelCache({ local, remote, clock, random, log: options.log, eviction });
    this.#loop = new NodeLoop({
      ...options,
      loads: this.#loads,
      cache: this.#cache,
      inlinePictures: this.#inlinePictures,
      galleries: new GalleryCache({ engine: options.engine, local, remote, clock, random }),
      pressure: options.pressure ?? hostPressure,
      send: (message) => this.#connection?.send(message),
      sendPicture: (picture) => this.#connection?.sendPicture(picture) ?? false,
      onChange: () => this.#connection?.availabilityChanged(),
      onEvent: (event) => options.onEvent?.(event),
    });
    const { upgrade = null, openChecks = null } = options;
    this.#exec = options.exec ?? new ExecRuns({ ...options, isProtected: () => false });
    this.#orders = new Orders({
      ...options,
      loop: this.#loop,
      eviction,
      loads: this.#loads,
      canRestart: upgrade?.own.canRestart ?? false,
      openChecks,
      isStopping: () => this.#isStopping,
    });
    this.#upgrader = upgrade && new Upgrader({
      ...options,
      ...upgrade,
      send: (message) => this.#connection?.send(message),
      finishWork: () => this.#finishWork(),
      leave: () => void this.stop(),
    });
  }

  get isRestartDue(): boolean {
    return this.#orders.isRestartDue || (this.#upgrader?.isDue ?? false);
  }

  async run(): Promise<Ending> {
    try {
      const policy = new ReconnectPolicy(this.#options);
      while (!this.#isStopping) {
        const { ending, ...end } = await this.#connectOnce();
        if (this.#isStopping) break;
        const next = policy.afterEnding(ending, end);
        if (next.kind === "giveUp") return ending;
        if (!end.wasOpen) await this.#upgrader?.connectionFailed();
        await this.#waitAfter(ending, next);
      }
      return { code: "shutting_down", reason: "The node was stopped." };
    } finally {
      await this.#loop.close();
      await this.#upgrader?.close();
      this.#finished.resolve();
    }
  }

  /** Reports the end of a connection and waits until the next attempt is due. */
  async #waitAfter(ending: Ending, next: NextAttempt & { kind: "retry" }): Promise<void> {
    const { log, clock, onEvent } = this.#options;
    const { retryInMs, isRefusal, isRepeated } = next;
    const fields = { ...ending, retryInMs: Math.round(retryInMs) };
    if (isRepeated) log.debug("The node is still refused; it will retry.", fields);
    else if (ending.code === "approval_pending") log.warn("The node waits for the approval of an admin.", fields);
    else if (isRefusal) log.warn("The node was accepted before and is refused now; it will retry.", fields);
    else log.info("There is no connection to the master; the node will retry.", fields);
    onEvent?.({ kind: "disconnected", ending, retryInMs, isRepeated });
    await sleep(retryInMs, { clock, signal: this.#leaving.signal });
  }

  async stop(): Promise<void> {
    if (!this.#isStopping) {
      this.#isStopping = true;
      this.#loop.drain(true);
      await this.#loop.whenIdle(LIMITS.drainMs);
      this.#connection?.leave("shutting_down", "The node is leaving.");
      this.#leaving.abort();
    }
    await this.#finished.promise;
  }

  /** Connects, processes tasks until the connection ends, and returns why it ended. */
  async #connectOnce(): Promise<{ ending: Ending } & ConnectionEnd> {
    const { transport, locate, pin, clock, log, identity } = this.#options;
    const { signal } = this.#leaving;
    let wasOpen = false;
    try {
      const address = await locate({ signal });
      const hello = await this.#hello();
      const connection = new MasterConnection(await transport.connect(address, { signal }), {
        hello,
        prove: (challenge) => identity.key.prove({ challenge, pin: pin?.() ?? "" }),
        clock,
        log,
        availability: () => this.#loop.availability(),
        onHeartbeat: () => this.#loop.tick(),
        onWelcome: (welcome) => {
          wasOpen = true;
          this.#enter(welcome);
        },
        onMessages: (messages) => this.#receive(messages),
        onPicture: (picture) => this.#inlinePictures.arrived(picture),
      });
      this.#connection = connection;
      if (this.#isStopping) connection.leave("shutting_down", "The node is leaving.");
      return { ending: await connection.run(), wasOpen, isFromMaster: true };
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      const { code, message, advice } = asDmlError(error);
      if (code === "internal") log.error("Connecting failed unexpectedly.", { error: String(error) });
      return { ending: { code, reason: message, advice }, wasOpen };
    } finally {
      // Cleared first, so that messages caused by the loss are not sent on the lost connection.
      this.#connection = null;
      this.#options.logs?.disconnected();
      this.#exec.disconnected();
      this.#options.files?.disconnected();
      if (wasOpen) this.#loop.disconnected();
    }
  }

  async #hello(): Promise<Hello> {
    const { version, identity: { name, key: { publicKey } }, token, capabilities } = this.#options;
    const cached = await this.#cache.completeManifests();
    const known = { type: "hello", protocol: PROTOCOL_VERSION, version, publicKey, name, token } as const;
    return { ...known, capabilities: capabilities(), cached };
  }

  #enter(welcome: Welcome): void {
    const master = this.#connection?.remote ?? "the master";
    this.#options.onSession?.(welcome.sessionSecret);
    this.#loop.connected();
    void this.#upgrader?.welcomed();
    this.#options.log.info("The master has accepted this node.", { master });
    this.#options.onEvent?.({ kind: "connected", master, version: welcome.version });
  }

  #receive(messages: readonly Message[]): void {
    const send = (answer: Message) => this.#connection?.send(answer);
    for (const message of messages) {
      if (message.type === "command.run") void this.#execute(message);
      else if (message.type === "program.offer") this.#receiveOffer(message);
      else if (message.type === "log.position") {
        this.#options.logs?.positioned(message, (m) => this.#connection?.send(m));
      } else if (message.type === "error") this.#options.log.warn("The master refused a message.", { ...message });
      else if (!this.#exec.receive(message, send) && !this.#options.files?.receive(message, send)) {
        this.#loop.receive(message);
      }
    }
    this.#loop.turn();
  }

  /**
   * Executes the command and then reports that it is done: the sender may wait until the node is
   * idle.
   */
  async #execute({ commandId, command }: CommandRun): Promise<void> {
    this.#options.log.info("The master sent a command.", { command });
    const done = await this.#orders.run(command);
    this.#connection?.send({ type: "command.done", commandId, ...done });
    if (command === "shutdown" || (command === "restart" && done.ok)) await this.stop();
  }

  #receiveOffer(offer: ProgramOffer): void {
    if (this.#upgrader !== null) return this.#upgrader.receive(offer);
    const reason = "This node does not accept programs.";
    this.#connection?.send({ type: "program.state", digest: offer.digest, state: "declined", reason });
  }

  /**
   * Drains the node for an upgrade. Returns false if work is left after the longest time a task may
   * take, or if the node was already draining by command: it then keeps its program, because the
   * new process would not know that it must drain.
   */
  async #finishWork(): Promise<boolean> {
    if (this.#isStopping || this.#loop.availability().draining) return false;
    this.#loop.drain(true);
    const isDone = await this.#loop.whenIdle(LIMITS.taskDeadlineMs);
    if (this.#isStopping) return false;
    if (!isDone) this.#loop.drain(false);
    return isDone;
  }
}
