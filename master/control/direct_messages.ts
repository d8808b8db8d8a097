import type { Message } from "../../protocol/messages/message.ts";
import type { ExecRelay } from "../exec/exec_relay.ts";
import type { FileRelay } from "../files/file_relay.ts";
import type { LogIntake } from "../logs/log_intake.ts";

/** Services that take messages of nodes without a decision of the core. */
export interface DirectServices {
  /** `null` if no logs are kept. */
  readonly logs: Pick<LogIntake, "welcomed" | "receive" | "left"> | null;
  readonly exec: Pick<ExecRelay, "receive" | "left">;
  readonly files: Pick<FileRelay, "receive" | "left">;
}

/** Hands messages that change nothing in the core to the services that they are for. */
export class DirectMessages {
  readonly #services: DirectServices;

  constructor(services: DirectServices) {
    this.#services = services;
  }

  /** Says that a node was accepted. */
  welcomed(nodeId: string): void {
    this.#services.logs?.welcomed(nodeId);
  }

  /** Handles a message of a node. Returns false if it is one for the core. */
  receive(nodeId: string, message: Message): boolean {
    const { logs, exec, files } = this.#services;
    if (message.type !== "log.records") return exec.receive(nodeId, message) || files.receive(nodeId, message);
    logs?.receive(nodeId, message);
    return true;
  }

  /** Says that the connection to a node has ended. */
  left(nodeId: string): void {
    this.#services.logs?.left(nodeId);
    this.#services.exec.left(nodeId);
    this.#services.files.left(nodeId);
  }
}
