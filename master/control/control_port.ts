import type { Clock } from "../../protocol/kernel/clock.ts";
import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Hello } from "../../protocol/messages/hello.ts";
import type { Message } from "../../protocol/messages/message.ts";
import { Peer } from "../../protocol/transport/peer.ts";
import { isProof, newChallenge } from "../../protocol/security/node_key.ts";
import type { Credentials } from "../../protocol/security/credentials.ts";
import {
  advanceSession,
  type SessionInput,
  type SessionOutput,
  startMasterSession,
} from "../../protocol/wire/session.ts";
import type { Connection, Listener } from "../../protocol/ports/transport.ts";
import { commandOf } from "../core/messages/from_message.ts";
import type { Inbox } from "../turn/inbox.ts";
import type { Audit } from "../host/audit.ts";
import { commandOfHello, recordEnrolment } from "./admission.ts";
import { type ControlConnection, logClose, receivePicture, sendAssignment, storePicture } from "./connection.ts";
import type { NodeSessions } from "./node_sessions.ts";
import type { MasterBlobs } from "../blobs/master_blobs.ts";
import { PendingConnections } from "./pending_connections.ts";
import type { DirectMessages } from "./direct_messages.ts";
import { RefusedConnections } from "./refused_connections.ts";
import type { PendingResults } from "./pending_results.ts";

export interface ControlPortOptions {
  readonly listener: Listener;
  readonly clock: Clock;
  readonly log: Log;
  /** Version of dml. */
  readonly version: string;
  /** `null` if nodes need no token. */
  readonly credentials: Credentials | null;
  /** Secret of the node in the process of this master. */
  readonly ownNodeToken?: string | null;
  /** Pin of the authority by which nodes recognise this master; empty without TLS. */
  readonly pin: string;
  readonly heartbeatIntervalMs: number;
  readonly deadAfterMs: number;
  readonly audit: Audit;
  /** Sessions of the nodes, which end with their connections. */
  readonly sessions: NodeSessions;
  readonly inbox: Pick<Inbox, "post" | "flush">;
  /** Holds results until their pictures have arrived, and posts them then. */
  readonly results: Pick<PendingResults, "accept" | "pictureFailed">;
  /** Takes the messages that the core does not decide about. */
  readonly direct: Pick<DirectMessages, "welcomed" | "receive" | "left">;
  /**
   * Store of the pictures that travel on the control connections, both ways; `null` if nodes fetch
   * and put pictures over HTTP.
   */
  readonly inlinePictures: Pick<MasterBlobs, "view" | "results"> | null;
}

/**
 * Control channel of the master: turns messages of nodes into commands, and sends messages to
 * nodes.
 */
export class ControlPort {
  readonly #options: ControlPortOptions;
  readonly #controls = new Map<number, ControlConnection>();
  readonly #controlsByNode = new Map<string, ControlConnection>();
  readonly #refused: RefusedConnections;
  readonly #pending = new PendingConnections((remote) =>
    this.#refused.add({ remote, code: "handshake_timeout", reason: "It waited, and gave way to newer connections." })
  );
  readonly #serving = new Set<Promise<void>>();
  #nextConnectionId = 1;

  constructor(options: ControlPortOptions) {
    this.#options = options;
    this.#refused = new RefusedConnections(options);
  }

  /** Serves connections until the listener and the last connection have closed. */
  async run(): Promise<void> {
    for await (const connection of this.#options.listener) {
      const serving = this.#serve(connection).finally(() => this.#serving.delete(serving));
      this.#serving.add(serving);
    }
    await Promise.all(this.#serving);
  }

  /** Sends `message` if the node is still connected. */
  send(nodeId: string, message: Message): void {
    const control = this.#controlsByNode.get(nodeId);
    if (control === undefined) return;
    if (message.type === "task.assign") sendAssignment(control, message, this.#options);
    else control.peer.send(message);
  }

  /**
   * Welcomes a node that the core has accepted, and binds the connection to it. `isFirst` is true if
   * the node was never in before; its token then counts as used.
   */
  welcome(connectionId: number, { nodeId, isFirst }: { nodeId: string; isFirst: boolean }): void {
    const control = this.#controls.get(connectionId);
    if (control === undefined) {
      const reason = "The connection ended during the handshake."; // while the core decided
      this.#options.inbox.post({ type: "lose_node", nodeId, connectionId, reason });
      return;
    }
    control.nodeId = nodeId;
    this.#pending.remove(control);
    this.#controlsByNode.set(nodeId, control);
    const { version, heartbeatIntervalMs, deadAfterMs, inlinePictures, sessions } = this.#options;
    const { hello } = control.session;
    invariant(hello !== null, "the core admits a node that has said hello");
    if (isFirst) recordEnrolment({ hello, nodeId, address: control.peer.remote }, this.#options);
    const sessionSecret = sessions.open(connectionId, { nodeId, name: hello.name });
    control.sendsPicturesInline = inlinePictures !== null;
    const inline = control.sendsPicturesInline ? { sendsPicturesInline: true } as const : {};
    const welcome = { version, sessionSecret, heartbeatIntervalMs, deadAfterMs, ...inline };
    this.#advance(control, { kind: "accept", welcome });
    this.#options.direct.welcomed(nodeId);
  }

  /** Rejects a node that the core has not accepted, and closes the connection. */
  refuse(connectionId: number, code: ErrorCode, reason: string): void {
    const control = this.#controls.get(connectionId);
    if (control !== undefined) this.#advance(control, { kind: "refuse", code, reason });
  }

  /** Sends a goodbye to a node that the core considers lost, and closes the connection. */
  close(connectionId: number, reason: string, code: ErrorCode = "connection_lost"): void {
    const control = this.#controls.get(connectionId);
    if (control !== undefined) this.#advance(control, { kind: "leave", code, reason });
  }

  /** Sends a heartbeat to every node. */
  ping(): void {
    for (const { peer } of this.#controlsByNode.values()) peer.send({ type: "ping" });
  }

  /** Closes the connections whose hello did not arrive in time, and logs how many were refused. */
  tick(nowMs: number): void {
    this.#refused.tick();
    for (const control of this.#controls.values()) {
      if (control.session.deadlineMs !== null) this.#advance(control, { kind: "tick", nowMs });
    }
  }

  /** Stops listening, sends a goodbye to every node and closes all connections. */
  stop(reason: string): void {
    this.#options.listener.close();
    for (const control of [...this.#controls.values()]) {
      this.#advance(control, { kind: "leave", code: "shutting_down", reason });
    }
  }

  async #serve(connection: Connection): Promise<void> {
    const { clock } = this.#options;
    const log = this.#refused.logOf(() => control.nodeId === null);
    const peer = new Peer(connection, { clock, log, onPicture: (picture) => receivePicture(control, picture) });
    const connectionId = this.#nextConnectionId++;
    const { state: session } = startMasterSession(clock.nowMs(), { challenge: newChallenge() });
    const control: ControlConnection = {
      connectionId,
      peer,
      session,
      nodeId: null,
      sendsPicturesInline: false,
      pictures: [],
    };
    this.#controls.set(connectionId, control);
    this.#pending.add(control, connection);
    for await (const batch of peer) this.#receive(control, batch);
    const { code, reason } = await peer.closed;
    this.#advance(control, { kind: "lost" });
    this.#forget(control, reason);
    log.debug("A connection ended.", { remote: peer.remote, code, reason });
  }

  #receive(control: ControlConnection, batch: readonly Message[]): void {
    const { nodeId, connectionId } = control;
    if (nodeId !== null) this.#options.inbox.post({ type: "record_signal", nodeId, connectionId });
    for (const message of batch) this.#advance(control, { kind: "received", message });
    for (const picture of control.pictures.splice(0)) storePicture(picture, this.#options);
  }

  #advance(control: ControlConnection, input: SessionInput): void {
    const step = advanceSession(control.session, input);
    control.session = step.state;
    for (const output of step.outputs) {
      switch (output.kind) {
        case "send":
          control.peer.send(output.message);
          break;
        case "deliver":
          this.#deliver(control, output.message);
          break;
        case "verify":
          this.#verify(control, output);
          break;
        case "admit":
          this.#admit(control, output.hello);
          break;
        case "close":
          logClose(control, { ...output, log: this.#options.log, refused: this.#refused });
          this.#forget(control, output.reason);
          // `close` sends the queued messages first; the loop over the peer ends after that.
          void control.peer.close(output.code, output.reason);
          break;
      }
    }
  }

  #deliver(control: ControlConnection, message: Message): void {
    const { inbox, log, results, direct } = this.#options;
    const { connectionId, nodeId, peer } = control;
    if (message.type === "error") {
      log.warn("A node refused a message.", { remote: peer.remote, ...message });
      return;
    }
    if (nodeId === null) return;
    if (direct.receive(nodeId, message)) return;
    const command = commandOf(message, { nodeId, connectionId });
    if (command?.type === "accept_result") results.accept(command);
    else if (command !== null) inbox.post(command);
  }

  /** Checks the proof of a node; the connection may end meanwhile. */
  #verify(control: ControlConnection, { signature, ...of }: Extract<SessionOutput, { kind: "verify" }>): void {
    const { pin } = this.#options;
    const verifying = isProof(signature, { ...of, pin })
      .then((isGenuine) => this.#advance(control, { kind: "verified", isGenuine }))
      .finally(() => this.#serving.delete(verifying));
    this.#serving.add(verifying);
  }

  #admit({ connectionId, peer }: ControlConnection, hello: Hello): void {
    this.#options.inbox.post(commandOfHello(hello, { ...this.#options, connectionId, address: peer.remote }));
    // At once, so that a token for one use cannot let two nodes in.
    this.#options.inbox.flush();
  }

  #forget(control: ControlConnection, reason: string): void {
    this.#controls.delete(control.connectionId);
    this.#options.sessions.close(control.connectionId);
    this.#pending.remove(control);
    const { nodeId, connectionId } = control;
    if (nodeId === null || this.#controlsByNode.get(nodeId) !== control) return;
    this.#controlsByNode.delete(nodeId);
    this.#options.direct.left(nodeId);
    this.#options.inbox.post({ type: "lose_node", nodeId, connectionId, reason });
  }
}
