import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Hello } from "../../protocol/messages/hello.ts";
import type { Message } from "../../protocol/messages/message.ts";
import type { TaskAssign } from "../../protocol/messages/task.ts";
import { Peer } from "../../protocol/transport/peer.ts";
import { type ClusterTokens, roleOfToken } from "../../protocol/security/tokens.ts";
import { advanceSession, type SessionInput, startMasterSession } from "../../protocol/wire/session.ts";
import type { Connection, Listener } from "../../protocol/ports/transport.ts";
import type { Command } from "../core/messages/command.ts";
import { commandOf } from "../core/messages/from_message.ts";
import { type ControlConnection, receivePicture } from "./connection.ts";
import type { MasterBlobs } from "../blobs/master_blobs.ts";
import type { PendingResults } from "./pending_results.ts";

/** Largest number of connections that have not identified themselves yet. */
const PENDING_CONNECTIONS_MAX = 64;

export interface ControlPortOptions {
  readonly listener: Listener;
  readonly clock: Clock;
  readonly log: Log;
  /** Version of dml. */
  readonly version: string;
  /** `null` if nodes need no token. */
  readonly tokens: ClusterTokens | null;
  readonly heartbeatIntervalMs: number;
  readonly deadAfterMs: number;
  readonly post: (command: Command) => void;
  /** Holds results until their pictures have arrived, and posts them then. */
  readonly results: Pick<PendingResults, "accept" | "pictureFailed">;
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
  readonly #serving = new Set<Promise<void>>();
  #nextConnectionId = 1;

  constructor(options: ControlPortOptions) {
    this.#options = options;
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
    if (message.type === "task.assign") this.#assign(control, message);
    else control.peer.send(message);
  }

  /**
   * Sends an assignment, and its picture right behind it if the connection can take that; otherwise
   * the node fetches the picture by its digest.
   */
  #assign({ peer, sendsPicturesInline }: ControlConnection, assign: TaskAssign): void {
    const { image } = assign;
    const bytes = sendsPicturesInline && image !== null && peer.canSendPicture(image.size)
      ? this.#options.inlinePictures?.view(image.digest) ?? null
      : null;
    if (image === null || bytes === null) return peer.send(assign);
    peer.send({ ...assign, isInline: true });
    peer.sendPicture({ digest: image.digest, bytes });
  }

  /** Welcomes a node that the core has accepted, and binds the connection to it. */
  welcome(connectionId: number, nodeId: string): void {
    const control = this.#controls.get(connectionId);
    if (control === undefined) {
      // The connection ended while the core decided.
      this.#options.post({
        type: "lose_node",
        nodeId,
        connectionId,
        reason: "The connection ended during the handshake.",
      });
      return;
    }
    control.nodeId = nodeId;
    this.#controlsByNode.set(nodeId, control);
    const { version, heartbeatIntervalMs, deadAfterMs, inlinePictures } = this.#options;
    control.sendsPicturesInline = inlinePictures !== null;
    const inline = control.sendsPicturesInline ? { sendsPicturesInline: true } as const : {};
    this.#advance(control, { kind: "accept", welcome: { version, heartbeatIntervalMs, deadAfterMs, ...inline } });
  }

  /** Rejects a node that the core has not accepted, and closes the connection. */
  refuse(connectionId: number, code: ErrorCode, reason: string): void {
    const control = this.#controls.get(connectionId);
    if (control !== undefined) this.#advance(control, { kind: "refuse", code, reason });
  }

  /** Sends a goodbye to a node that the core considers lost, and closes the connection. */
  close(connectionId: number, reason: string): void {
    const control = this.#controls.get(connectionId);
    if (control !== undefined) this.#advance(control, { kind: "leave", code: "connection_lost", reason });
  }

  /** Sends a heartbeat to every node. */
  ping(): void {
    for (const { peer } of this.#controlsByNode.values()) peer.send({ type: "ping" });
  }

  /** Closes the connections whose hello did not arrive in time. */
  tick(nowMs: number): void {
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
    const { clock, log } = this.#options;
    const peer = new Peer(connection, { clock, log, onPicture: (picture) => receivePicture(control, picture) });
    if (this.#controls.size >= LIMITS.nodesMax + PENDING_CONNECTIONS_MAX) {
      await peer.leave("too_many_nodes", `There are ${this.#controls.size} connections already.`);
      return;
    }
    const connectionId = this.#nextConnectionId++;
    const { state: session } = startMasterSession(clock.nowMs());
    const control: ControlConnection = {
      connectionId,
      peer,
      session,
      nodeId: null,
      sendsPicturesInline: false,
      pictures: [],
    };
    this.#controls.set(connectionId, control);
    for await (const batch of peer) this.#receive(control, batch);
    const { code, reason } = await peer.closed;
    this.#advance(control, { kind: "lost" });
    this.#forget(control, reason);
    log.debug("A connection ended.", { remote: peer.remote, code, reason });
  }

  #receive(control: ControlConnection, batch: readonly Message[]): void {
    const { nodeId, connectionId } = control;
    if (nodeId !== null) this.#options.post({ type: "record_signal", nodeId, connectionId });
    for (const message of batch) this.#advance(control, { kind: "received", message });
    for (const picture of control.pictures.splice(0)) this.#keep(picture);
  }

  /**
   * Stores a picture of a result as if it were put over HTTP. If that fails, the result that waits
   * for it fails too.
   */
  #keep({ digest, bytes }: InlinePicture): void {
    const { inlinePictures, results, log } = this.#options;
    inlinePictures?.results.put(digest, bytes).catch((error) => {
      const failure = asDmlError(error);
      log.warn("The picture of a result could not be stored.", { digest, code: failure.code, reason: failure.message });
      results.pictureFailed(digest, failure);
    });
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
        case "close":
          this.#logClose(control, output);
          this.#forget(control, output.reason);
          // `close` sends the queued messages first; the loop over the peer ends after that.
          void control.peer.close(output.code, output.reason);
          break;
      }
    }
  }

  #deliver(control: ControlConnection, message: Message): void {
    const { post, log, results } = this.#options;
    const { connectionId, nodeId, peer } = control;
    if (message.type === "hello") return this.#admit(control, message);
    if (message.type === "error") {
      log.warn("A node refused a message.", { remote: peer.remote, ...message });
      return;
    }
    if (nodeId === null) return;
    const command = commandOf(message, { nodeId, connectionId });
    if (command?.type === "accept_result") results.accept(command);
    else if (command !== null) post(command);
  }

  #admit(control: ControlConnection, hello: Hello): void {
    const { tokens, post } = this.#options;
    const { connectionId, peer } = control;
    const role = tokens === null ? "node" : roleOfToken(tokens, hello.token);
    if (role === "node") {
      post({ type: "connect_node", connectionId, hello, address: peer.remote });
      return;
    }
    const [code, reason] = role === null
      ? ["unauthorized", "The node's token is not one of this cluster."] as const
      : ["forbidden", `The token is one for the role ${role}, not for a node.`] as const;
    this.#advance(control, { kind: "refuse", code, reason });
  }

  #logClose({ peer, nodeId }: ControlConnection, { code, reason }: { code: ErrorCode; reason: string }): void {
    const { log } = this.#options;
    const fields = { remote: peer.remote, code, reason };
    if (nodeId === null) log.warn("A connection to the control port was refused.", fields);
    else log.debug("A node's connection is closed.", fields);
  }

  #forget(control: ControlConnection, reason: string): void {
    this.#controls.delete(control.connectionId);
    const { nodeId, connectionId } = control;
    if (nodeId === null || this.#controlsByNode.get(nodeId) !== control) return;
    this.#controlsByNode.delete(nodeId);
    this.#options.post({ type: "lose_node", nodeId, connectionId, reason });
  }
}
