import type { NodeListing } from "../../protocol/http_api/api.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError, isErrorCode } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { FileAction } from "../../protocol/messages/files.ts";
import type { Message } from "../../protocol/messages/message.ts";

/** Node whose files are asked for, as far as it matters here. */
export type FileNode = Pick<NodeListing, "nodeId" | "name" | "state"> & {
  readonly capabilities: Pick<NodeListing["capabilities"], "opensFiles">;
};

export interface FileRelayOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Returns a node that was let in; `undefined` if there is none with this id. */
  readonly node: (nodeId: string) => FileNode | undefined;
  readonly send: (nodeId: string, message: Message) => void;
}

/** An order that a node has not answered yet. */
interface Order {
  readonly nodeId: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly answer: PromiseWithResolvers<Uint8Array<ArrayBuffer>>;
}

/**
 * Passes requests about files on to nodes, and their answers back. Bytes are in memory only, as long
 * as somebody waits for them: nodes fetch the requests and put the answers over HTTP.
 */
export class FileRelay {
  readonly #options: FileRelayOptions;
  readonly #orders = new Map<string, Order>();

  constructor(options: FileRelayOptions) {
    this.#options = options;
  }

  /** Returns the node that is asked. Throws `node_unknown`. */
  nodeWithId(nodeId: string): FileNode {
    const node = this.#options.node(nodeId);
    if (node === undefined) throw new DmlError("node_unknown", `There is no node ${nodeId}.`);
    return node;
  }

  /**
   * Has `node` carry out `action` and returns its answer. Throws what the node reports,
   * `files_refused`, `queue_full`, `connection_lost`, `deadline_exceeded`, or `cancelled` if `signal`
   * aborts.
   */
  async order(
    node: FileNode,
    action: FileAction,
    { body, signal }: { body: Uint8Array<ArrayBuffer>; signal: AbortSignal },
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.#check(node);
    const { clock, random, send } = this.#options;
    const { nodeId, name } = node;
    const orderId = newId("order", random);
    const answer = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    this.#orders.set(orderId, { nodeId, body, answer });
    const giveUp = (error: DmlError) => {
      send(nodeId, { type: "file.cancel", orderId });
      answer.reject(error);
    };
    const cancelDeadline = clock.after(LIMITS.fileOrderMs, () => {
      giveUp(new DmlError("deadline_exceeded", `The node ${name} did not answer about its files in time.`));
    });
    const cancel = () => giveUp(new DmlError("cancelled", "The request about files was cancelled."));
    signal.addEventListener("abort", cancel, { once: true });
    try {
      send(nodeId, { type: "file.order", orderId, action, bodyBytes: body.length });
      if (signal.aborted) cancel();
      return await answer.promise;
    } finally {
      cancelDeadline();
      signal.removeEventListener("abort", cancel);
      this.#orders.delete(orderId);
    }
  }

  /** Returns the request of an order to the node that it is for. Throws `not_found`. */
  bodyFor(orderId: string, nodeId: string | null): Uint8Array<ArrayBuffer> {
    return this.#orderOf(orderId, nodeId).body;
  }

  /** Takes the answer of a node to an order. Throws `not_found`. */
  answer(orderId: string, nodeId: string | null, bytes: Uint8Array<ArrayBuffer>): void {
    this.#orderOf(orderId, nodeId).answer.resolve(bytes);
  }

  /** Handles a message about files. Returns false for any other message. */
  receive(nodeId: string, message: Message): boolean {
    if (message.type !== "file.failed") return false;
    const order = this.#orders.get(message.orderId);
    if (order?.nodeId !== nodeId) return true;
    const { code, reason } = message;
    order.answer.reject(new DmlError(isErrorCode(code) ? code : "internal", reason));
    return true;
  }

  /** Ends what a node was asked that is no longer connected. */
  left(nodeId: string): void {
    const { name = nodeId } = this.#options.node(nodeId) ?? {};
    for (const order of this.#orders.values()) {
      if (order.nodeId === nodeId) order.answer.reject(lost(`The node ${name} went away in the middle.`));
    }
  }

  /** Ends everything, because the master stops. */
  close(): void {
    for (const { answer } of this.#orders.values()) answer.reject(lost("The master stopped in the middle."));
  }

  #orderOf(orderId: string, nodeId: string | null): Order {
    const order = this.#orders.get(orderId);
    if (order === undefined || order.nodeId !== nodeId) {
      throw new DmlError("not_found", "Nobody waits for this order any more.");
    }
    return order;
  }

  #check({ nodeId, name, state, capabilities }: FileNode): void {
    if (state === "offline" || state === "waiting" || state === "removed") {
      throw lost(`The node ${name} is not connected.`, "`dml nodes` says since when.");
    }
    if (capabilities.opensFiles !== true) {
      throw new DmlError("files_refused", `The node ${name} has not opened a directory.`, {
        advice: "Start it with `dml join HOST --files DIR`; see `dml help cp`.",
      });
    }
    const running = [...this.#orders.values()].filter((order) => order.nodeId === nodeId).length;
    if (running >= LIMITS.fileOrdersPerNodeMax) {
      throw new DmlError("queue_full", `The node ${name} handles as many requests about files as it can.`, {
        advice: "Wait until another `dml cp` has ended.",
      });
    }
  }
}

function lost(sentence: string, advice = "Run it again: what has arrived is not sent again."): DmlError {
  return new DmlError("connection_lost", sentence, { advice });
}
