import { MemoryTransport } from "../../protocol/transport/memory_transport.ts";
import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import type { NodeCommandName } from "../../protocol/messages/command.ts";
import type { Message, MessageType } from "../../protocol/messages/message.ts";
import { Peer } from "../../protocol/transport/peer.ts";
import type { Address, Connection, Listener } from "../../protocol/ports/transport.ts";
import { PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";

type MessageOf<Type extends MessageType> = Extract<Message, { type: Type }>;

export function commandRun(command: NodeCommandName): Message {
  return { type: "command.run", commandId: `command_${"0".repeat(20)}`, command };
}

/** The master's end of one connection, scripted by the test. */
export class ScriptedConnection {
  /** All messages received, in order. */
  readonly received: Message[] = [];
  /** All inline pictures received, in order. */
  readonly inlinePictures: InlinePicture[] = [];
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  readonly #peer: Peer;
  #unread: Message[] = [];
  #notify = Promise.withResolvers<void>();

  constructor(connection: Connection) {
    this.#peer = new Peer(connection, { onPicture: (picture) => this.inlinePictures.push(picture) });
    this.ended = this.#read();
  }

  send(...messages: Message[]): void {
    for (const message of messages) this.#peer.send(message);
  }

  sendPicture(...pictures: InlinePicture[]): void {
    for (const picture of pictures) this.#peer.sendPicture(picture);
  }

  /** Waits for the hello, answers it with a welcome and returns it. */
  async welcome(
    options: { heartbeatIntervalMs?: number; deadAfterMs?: number; sendsPicturesInline?: true } = {},
  ): Promise<MessageOf<"hello">> {
    const hello = await this.next("hello");
    const { heartbeatIntervalMs = 1_000, deadAfterMs = 6_000, ...rest } = options;
    this.send({
      type: "welcome",
      protocol: PROTOCOL_VERSION.max,
      version: "0.0.0",
      heartbeatIntervalMs,
      deadAfterMs,
      ...rest,
    });
    return hello;
  }

  /** Waits for the next message of `type` and returns it; earlier messages are skipped. */
  async next<Type extends MessageType>(type: Type): Promise<MessageOf<Type>> {
    for (;;) {
      const at = this.#unread.findIndex((message) => message.type === type);
      if (at >= 0) {
        const [message] = this.#unread.splice(0, at + 1).slice(-1);
        return message as MessageOf<Type>;
      }
      this.#notify = Promise.withResolvers();
      await this.#notify.promise;
    }
  }

  /** Waits until the node has processed all messages sent so far. */
  async heeded(): Promise<void> {
    this.send(commandRun("resume"));
    await this.next("command.done");
  }

  close(): Promise<void> {
    return this.#peer.close();
  }

  async #read(): Promise<void> {
    for await (const batch of this.#peer) {
      this.received.push(...batch);
      this.#unread.push(...batch);
      this.#notify.resolve();
    }
  }
}

/** A master that only accepts connections; the test scripts everything else. */
export class ScriptedMaster {
  readonly transport = new MemoryTransport();
  readonly #listener: Listener = this.transport.listen({ hostname: "master", port: 0 });
  readonly #accepting = this.#listener[Symbol.asyncIterator]();
  readonly #connections: ScriptedConnection[] = [];

  get address(): Address {
    return this.#listener.address;
  }

  /** Accepts the next connection of a node. */
  async accept(): Promise<ScriptedConnection> {
    const { value } = await this.#accepting.next();
    const connection = new ScriptedConnection(value);
    this.#connections.push(connection);
    return connection;
  }

  async close(): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) await connection.close();
  }
}
