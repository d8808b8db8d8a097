import { MemoryTransport } from "../../protocol/transport/memory_transport.ts";
import type { InlinePicture } from "../../protocol/wire/picture_frame.ts";
import type { NodeCommandName } from "../../protocol/messages/command.ts";
import type { Message, MessageType } from "../../protocol/messages/message.ts";
import { Peer } from "../../protocol/transport/peer.ts";
import type { Address, Connection, Listener } from "../../protocol/ports/transport.ts";
import { isProof, newChallenge, type NodeKey } from "../../protocol/security/node_key.ts";
import { assert } from "../assert.ts";
import { PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";

/** Secret of the sessions that a scripted master opens. */
export const SESSION_SECRET = `dmls_${"5".repeat(32)}`;

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
    options: { heartbeatIntervalMs?: number; deadAfterMs?: number; sendsPicturesInline?: true; pin?: string } = {},
  ): Promise<MessageOf<"hello">> {
    const hello = await this.next("hello");
    const { heartbeatIntervalMs = 1_000, deadAfterMs = 6_000, pin, ...rest } = options;
    await this.provenBy(hello, { pin });
    this.send({
      type: "welcome",
      protocol: PROTOCOL_VERSION.max,
      version: "0.0.0",
      sessionSecret: SESSION_SECRET,
      heartbeatIntervalMs,
      deadAfterMs,
      ...rest,
    });
    return hello;
  }

  /** Challenges the node that has said hello, and checks its proof. */
  async provenBy({ publicKey }: MessageOf<"hello">, { pin = "" }: { pin?: string } = {}): Promise<void> {
    const challenge = newChallenge();
    this.send({ type: "challenge", challenge });
    const { signature } = await this.next("proof");
    assert(await isProof(signature, { publicKey, challenge, pin }), "the node has proven its key");
  }

  /** Says hello as a node with this key, and proves it. */
  async greet(hello: MessageOf<"hello">, key: NodeKey, { pin = "" }: { pin?: string } = {}): Promise<void> {
    this.send(hello);
    const { challenge } = await this.next("challenge");
    this.send({ type: "proof", signature: await key.prove({ challenge, pin }) });
  }

  /** Waits for the next message of one of `types` and returns it; earlier messages are skipped. */
  async next<Type extends MessageType>(...types: readonly Type[]): Promise<MessageOf<Type>> {
    for (;;) {
      const at = this.#unread.findIndex((message) => types.some((type) => type === message.type));
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
