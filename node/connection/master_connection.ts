import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import { FailureDetector } from "../../protocol/wire/failure_detector.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import { InvariantError } from "../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Hello, Welcome } from "../../protocol/messages/hello.ts";
import type { Availability } from "../../protocol/messages/liveness.ts";
import type { Message } from "../../protocol/messages/message.ts";
import { type Ending, Peer } from "../../protocol/transport/peer.ts";
import {
  advanceSession,
  type SessionInput,
  type SessionState,
  type SessionStep,
  startNodeSession,
} from "../../protocol/wire/session.ts";
import type { Connection } from "../../protocol/ports/transport.ts";

/**
 * Time over which changes of the availability are batched into one message. The master counts its
 * assignments itself.
 */
const AVAILABILITY_GATHERED_MS = 50;

/** Options of {@linkcode MasterConnection}: the callbacks and ports of its node. */
export interface MasterConnectionOptions {
  readonly hello: Hello;
  /** Returns the signature that proves the key of the node to the master that sent `challenge`. */
  readonly prove: (challenge: string) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
  /** Returns the present availability of the node. */
  readonly availability: () => Availability;
  /** Called when the master has accepted the node. */
  readonly onWelcome: (welcome: Welcome) => void;
  /** Called with all messages that arrived together, in order. */
  readonly onMessages: (messages: readonly Message[]) => void;
  /** Called with the picture of an assignment in the same batch or an earlier one. */
  readonly onPicture: (picture: InlinePicture) => void;
  /** Called once every heartbeat interval. */
  readonly onHeartbeat: () => void;
}

/**
 * One connection to a master from `hello` to its end: handshake, heartbeats in both directions, and
 * messages.
 */
export class MasterConnection {
  readonly #peer: Peer;
  readonly #options: MasterConnectionOptions;
  #session: SessionState;
  #detector: FailureDetector | null = null;
  #cancelTimer: () => void;
  #cancelAvailability: (() => void) | null = null;
  #sentDraining = false;
  #sendsPicturesInline = false;

  /** Sends `hello`. {@linkcode run} must be called next. */
  constructor(connection: Connection, options: MasterConnectionOptions) {
    const { clock, log, hello } = options;
    this.#options = options;
    this.#peer = new Peer(connection, { clock, log, onPicture: (picture) => this.#takePicture(picture) });
    const step = startNodeSession(clock.nowMs(), { hello });
    this.#session = step.state;
    this.#runOutputs(step);
    this.#cancelTimer = clock.after(LIMITS.helloTimeoutMs, () => this.#advance({ kind: "tick", nowMs: clock.nowMs() }));
  }

  /** Address of the master, for messages. */
  get remote(): string {
    return this.#peer.remote;
  }

  /** True once the master has accepted this node. */
  get isOpen(): boolean {
    return this.#session.phase === "open";
  }

  /** Reads until the connection ends, and returns why it did. */
  async run(): Promise<Ending> {
    try {
      for await (const batch of this.#peer) {
        this.#detector?.signal(this.#options.clock.nowMs());
        const delivered: Message[] = [];
        for (const message of batch) delivered.push(...this.#advance({ kind: "received", message }));
        if (delivered.length > 0) this.#options.onMessages(delivered);
      }
    } finally {
      this.#cancelTimer();
      this.#cancelAvailability?.();
    }
    return await this.#peer.closed;
  }

  /**
   * Queues `message`. Does nothing before the welcome and after the goodbye, when the master would
   * ignore it.
   */
  send(message: Message): void {
    if (this.isOpen) this.#peer.send(message);
  }

  /**
   * Queues `picture`, whose bytes must not change afterwards. Returns false if it must be sent over
   * HTTP.
   */
  sendPicture(picture: InlinePicture): boolean {
    const mayGo = this.isOpen && this.#sendsPicturesInline && this.#peer.canSendPicture(picture.bytes.length);
    if (mayGo) this.#peer.sendPicture(picture);
    return mayGo;
  }

  /**
   * Sends the availability after a short delay, together with later changes; at once if the node
   * starts or stops draining.
   */
  availabilityChanged(): void {
    if (!this.isOpen) return;
    if (this.#options.availability().draining !== this.#sentDraining) return this.#sendAvailability();
    this.#cancelAvailability ??= this.#options.clock.after(AVAILABILITY_GATHERED_MS, () => this.#sendAvailability());
  }

  /** Sends a goodbye. The connection ends once all queued messages are written. */
  leave(code: ErrorCode, reason: string): void {
    this.#advance({ kind: "leave", code, reason });
  }

  #advance(input: SessionInput): Message[] {
    const step = advanceSession(this.#session, input);
    this.#session = step.state;
    return this.#runOutputs(step);
  }

  /** Carries out the outputs of the session, and returns the messages for the node. */
  #runOutputs({ outputs }: SessionStep): Message[] {
    const delivered: Message[] = [];
    for (const output of outputs) {
      if (output.kind === "send") this.#peer.send(output.message);
      else if (output.kind === "close") void this.#peer.close(output.code, output.reason);
      else if (output.kind === "sign") void this.#prove(output.challenge);
      else if (output.kind !== "deliver") throw new InvariantError(`a node has nothing to ${output.kind}`);
      else if (output.message.type === "welcome") this.#enter(output.message);
      else delivered.push(output.message);
    }
    return delivered;
  }

  /** Signs the challenge; does nothing more if the connection has ended in the meantime. */
  async #prove(challenge: string): Promise<void> {
    const signature = await this.#options.prove(challenge);
    this.#advance({ kind: "signed", signature });
  }

  #takePicture(picture: InlinePicture): void {
    if (!this.#sendsPicturesInline) {
      throw new DmlError("message_invalid", "A picture arrived on a connection that carries no pictures.");
    }
    this.#options.onPicture(picture);
  }

  #enter(welcome: Welcome): void {
    const { clock } = this.#options;
    this.#sendsPicturesInline = welcome.sendsPicturesInline ?? false;
    const { deadAfterMs } = welcome;
    const suspectAfterMs = Math.min(LIMITS.suspectAfterMs, deadAfterMs);
    this.#detector = new FailureDetector(clock.nowMs(), { suspectAfterMs, deadAfterMs });
    this.#options.onWelcome(welcome);
    this.#sendAvailability();
    this.#beat(welcome.heartbeatIntervalMs);
  }

  #beat(intervalMs: number): void {
    const { clock, onHeartbeat } = this.#options;
    this.#cancelTimer();
    this.#cancelTimer = clock.after(intervalMs, () => {
      if (this.#detector?.health(clock.nowMs()) === "red") {
        return this.leave("connection_lost", "The master has been silent for too long.");
      }
      onHeartbeat();
      this.#sendAvailability();
      this.#beat(intervalMs);
    });
  }

  #sendAvailability(): void {
    this.#cancelAvailability?.();
    this.#cancelAvailability = null;
    const availability = this.#options.availability();
    this.#sentDraining = availability.draining;
    this.#peer.send(availability);
  }
}
