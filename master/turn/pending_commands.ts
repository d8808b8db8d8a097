import { DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { NodeOrderName } from "../../protocol/messages/command_names.ts";
import type { Command } from "../core/messages/command.ts";

/** Outcome of a command. */
interface CommandOutcome {
  /** `null` if the command succeeded. */
  readonly code: ErrorCode | null;
  readonly detail: string;
  /** Advice to the caller; absent for that of the code. */
  readonly advice?: string;
}

/** Commands to nodes or to the core that are not yet confirmed. */
export class PendingCommands {
  readonly #post: (command: Command) => void;
  readonly #random: Random;
  /** Promises of the callers that wait, keyed by command id. */
  readonly #waiting = new Map<string, PromiseWithResolvers<string>>();

  constructor(options: { post: (command: Command) => void; random: Random }) {
    this.#post = options.post;
    this.#random = options.random;
  }

  /**
   * Sends a command to a node. Resolves with the detail that the node reports once it is done.
   * Throws `node_unknown`, `deadline_exceeded`, …
   */
  sendToNode(nodeId: string, command: NodeOrderName): Promise<string> {
    return this.submit((commandId) => ({ type: "run_node_command", commandId, nodeId, command }));
  }

  /**
   * Submits a command to the core. Resolves with its detail once it is done. Throws the reason if
   * the core refuses it.
   */
  submit(commandOf: (commandId: string) => Command): Promise<string> {
    const commandId = newId("command", this.#random);
    const waiting = Promise.withResolvers<string>();
    this.#waiting.set(commandId, waiting);
    this.#post(commandOf(commandId));
    return waiting.promise;
  }

  /** Reports the outcome of a command to its caller. */
  settle(commandId: string, { code, detail, advice }: CommandOutcome): void {
    const waiting = this.#waiting.get(commandId);
    if (waiting === undefined) return;
    this.#waiting.delete(commandId);
    if (code === null) waiting.resolve(detail);
    else waiting.reject(new DmlError(code, detail, { advice }));
  }

  /** Rejects all commands that are not yet confirmed. */
  settleAll(code: ErrorCode, detail: string): void {
    for (const commandId of [...this.#waiting.keys()]) this.settle(commandId, { code, detail });
  }
}
