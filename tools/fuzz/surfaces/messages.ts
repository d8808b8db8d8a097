import type { Message } from "../../../protocol/messages/message.ts";
import { mayCome } from "../../../protocol/messages/direction.ts";
import type { Connection } from "../../../protocol/ports/transport.ts";
import { nodeIdOf } from "../../../protocol/security/node_key.ts";
import { encodeFrames } from "../../../protocol/wire/frame.ts";
import { helloOf, idOf } from "../../../tests/master/core_world.ts";
import { ask } from "../../../tests/master/http/http_fixture.ts";
import { ScriptedNode } from "../../../tests/master/master_fixture.ts";
import { SAMPLE_MESSAGES } from "../../../tests/protocol/sample_messages.ts";
import { keyOf } from "../../../tests/protocol/security/node_keys.ts";
import type { Dice } from "../dice.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { type Json, mutateJson } from "../mutate_json.ts";
import { ACCEPTED, type Surface, type World } from "../surface.ts";
import { WatchedMaster } from "../watched_master.ts";

const NODES = 3;
const SAMPLES: readonly Message[] = Object.values(SAMPLE_MESSAGES);
const FROM_NODES = SAMPLES.filter(({ type }) => mayCome(type, { from: "node" }));

/** Messages in any order, from nodes that a running master has let in or that knock. */
export const MESSAGES: Surface = {
  name: "messages",
  what: "messages of nodes in any order, at a running master with tasks",
  casesPerWorld: 100,
  open: async () => new MessagesWorld(await WatchedMaster.start()),
};

/** A node that says anything, and the end of its connection that bytes can be written to. */
interface LooseNode {
  readonly node: ScriptedNode;
  readonly connection: Connection;
  isEnded: boolean;
}

class MessagesWorld implements World {
  readonly #nodes: LooseNode[] = [];

  constructor(readonly master: WatchedMaster) {}

  async run(dice: Dice): Promise<string> {
    const { fixture } = this.master;
    const number = 1 + dice.below(NODES);
    const loose = await this.#connected(number, dice);
    if (dice.oneIn(3)) this.#predict(dice);
    await this.master.settle();
    const bytes = this.#bytesOf(loose, dice);
    dice.note(() => new TextDecoder().decode(bytes).slice(0, 3_000));
    // The write of a long message ends only when the master reads on; one that it has closed fails.
    loose.connection.write(bytes).catch(() => {});
    await this.master.settle();
    if (dice.oneIn(4)) await fixture.pass(dice.pick([100, 1_000, 4_000]));
    await this.master.check();
    const refusal = loose.node.received.findLast(({ type }) =>
      type === "reject" || type === "goodbye" || type === "error"
    );
    if (loose.isEnded && refusal === undefined) return "closed";
    return refusal !== undefined && "code" in refusal ? String(refusal.code) : ACCEPTED;
  }

  /** Returns the node of that number, connected anew if its connection has ended. */
  async #connected(number: number, dice: Dice): Promise<LooseNode> {
    const { fixture } = this.master;
    const known = this.#nodes[number];
    if (known !== undefined && !known.isEnded && !dice.oneIn(20)) return known;
    if (known !== undefined) await this.master.until(known.node.close());
    const key = await keyOf(number);
    const connection = await fixture.transport.connect(fixture.master.controlAddress);
    const node = new ScriptedNode(connection, nodeIdOf(key.publicKey));
    const loose: LooseNode = { node, connection, isEnded: false };
    node.ended.then(() => loose.isEnded = true);
    this.#nodes[number] = loose;
    if (dice.oneIn(5)) return loose;
    const hello = helloOf(idOf("node", number), { publicKey: key.publicKey });
    const isWelcome = node.greet(hello, key).then(() => node.next("welcome", "reject", "goodbye"));
    await this.master.until(Promise.race([isWelcome, node.ended]));
    if (loose.isEnded) return loose;
    for (const offer of node.received.filter(({ type }) => type === "model.offer")) {
      if (offer.type !== "model.offer" || dice.oneIn(4)) continue;
      const { digest: manifestDigest } = offer.manifest;
      node.send({ type: "model.ready", manifestDigest, imagesPerSecond: 10, fetchedBytes: 0, warmUpMs: 1 });
    }
    await this.master.settle();
    return loose;
  }

  #predict(dice: Dice): void {
    const path = `/v1/predictions?model=${dice.pick(["faces", "empty"])}&annotate=${dice.oneIn(2)}`;
    const body = Uint8Array.of(0xff, 0xd8, 0xff, dice.below(256));
    const answered = ask(this.master.fixture.master, path, { method: "POST", body }).then((answer) =>
      answer.body?.cancel()
    );
    answered.catch(reportError);
  }

  #bytesOf({ node }: LooseNode, dice: Dice): Uint8Array<ArrayBuffer> {
    const payloads = Array.from({ length: 1 + dice.below(3) }, () => {
      const sample = liveMessage(dice.oneIn(20) ? dice.pick(SAMPLES) : dice.pick(FROM_NODES), { node, dice });
      const said: Json = JSON.parse(JSON.stringify(sample));
      return new TextEncoder().encode(JSON.stringify(dice.oneIn(4) ? mutateJson(said, dice) : said));
    }).filter(({ length }) => length > 0 && length < 1_000_000);
    const bytes = encodeFrames(payloads);
    return dice.oneIn(20) ? mutateBytes(bytes, dice) : bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const loose of this.#nodes) {
      if (loose !== undefined) await this.master.until(loose.node.close());
    }
    await this.master[Symbol.asyncDispose]();
  }
}

/** Returns `message` with the ids of what the master has offered and asked this node, if there is any. */
function liveMessage(message: Message, { node, dice }: { node: ScriptedNode; dice: Dice }): Message {
  const said = node.received.filter(({ type }) =>
    type === "task.assign" || type === "model.offer" || type === "command.run"
  );
  if (said.length === 0 || dice.oneIn(5)) return message;
  const about = dice.oneIn(2) ? said[said.length - 1] : dice.pick(said);
  const live: Record<string, unknown> = { ...message };
  if (about.type === "task.assign") {
    for (const field of ["taskId", "attempt"] as const) if (field in live) live[field] = about[field];
    if (message.type === "task.result" && dice.oneIn(2)) {
      live.annotated = null;
      live.prediction = { ...message.prediction, persons: [], gallery: undefined };
    }
  }
  if (about.type === "model.offer" && "manifestDigest" in live) live.manifestDigest = about.manifest.digest;
  if (about.type === "command.run" && "commandId" in live) live.commandId = about.commandId;
  return live as unknown as Message;
}
