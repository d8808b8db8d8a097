import { DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { NodeCommandName } from "../../protocol/messages/command.ts";
import type { Command } from "../core/messages/command.ts";

/** Commands, for nodes or for the core itself, that were given and not yet confirmed. */
export class PendingCommands {
  readonly #post: (command: Command) => void;
  readonly #random: Random;
  /** By command id: whom to tell. */
  readonly #waiting = new Map<string, PromiseWithResolvers<string>>();

  constructor(options: { post: (command: Command) => void; random: Random }) {
    this.#post = options.post;
    this.#random = options.random;
  }

  /** Tells the node; resolves with what it says when it has done it. Throws `node_unknown`, `deadline_exceeded`, … */
  sendToNode(nodeId: string, command: NodeCommandName): Promise<string> {
    return this.submit((commandId) => ({ type: "run_node_command", commandId, nodeId, command }));
  }

  /** Tells the core; resolves with what it says when it is done. Throws what it refuses it with. */
  submit(commandOf: (commandId: string) => Command): Promise<string> {
    const commandId = newId("command", this.#random);
    const waiting = Promise.withResolvers<string>();
    this.#waiting.set(commandId, waiting);
    this.#post(commandOf(commandId));
    return waiting.promise;
  }

  /** Gives a command's answer to whom it belongs; `code` is null when the node did it. */
  settle(commandId: string, code: ErrorCode | null, detail: string): void {
    const waiting = this.#waiting.get(commandId);
    if (waiting === undefined) return;
    this.#waiting.delete(commandId);
    if (code === null) waiting.resolve(detail);
    else waiting.reject(new DmlError(code, detail));
  }

  /** Answers everybody who still waits. */
  settleAll(code: ErrorCode, detail: string): void {
    for (const commandId of [...this.#waiting.keys()]) this.settle(commandId, code, detail);
  }
}
