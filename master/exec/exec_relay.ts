import type { NodeListing } from "../../protocol/http_api/api.ts";
import type { ExecOutcome, ExecRequest } from "../../protocol/http_api/exec_api.ts";
import { commandLineText } from "../../protocol/messages/allowed_program.ts";
import { clip } from "../../protocol/kernel/clip.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { Message } from "../../protocol/messages/message.ts";
import type { Audit } from "../host/audit.ts";
import { bytesOf, PendingRun } from "./pending_run.ts";

/** Characters of a command line in the audit. */
const AUDITED_CHARACTERS_MAX = 1_000;
/** Time without output after which an empty line keeps the connection of the reader alive. */
const KEEP_ALIVE_MS = 60_000;

/** Node that a program runs on, as far as it matters here. */
export type ExecNode = Pick<NodeListing, "nodeId" | "name" | "state"> & {
  readonly capabilities: Pick<NodeListing["capabilities"], "allowedPrograms">;
};

export interface ExecRelayOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Audit;
  /** Returns a node that was let in; `undefined` if there is none with this id. */
  readonly node: (nodeId: string) => ExecNode | undefined;
  readonly send: (nodeId: string, message: Message) => void;
}

/** A program that runs on a node. */
interface Run {
  readonly nodeId: string;
  readonly startedMs: number;
  readonly pending: PendingRun;
  /** Records the end in the audit. */
  readonly record: (outcome: ExecOutcome) => void;
}

/**
 * Runs programs on nodes for admins: passes the requests on, and the output back as fast as it is
 * read.
 */
export class ExecRelay {
  readonly #options: ExecRelayOptions;
  readonly #runs = new Map<string, Run>();

  constructor(options: ExecRelayOptions) {
    this.#options = options;
  }

  /** Returns the node that is to run something. Throws `node_unknown`. */
  nodeWithId(nodeId: string): ExecNode {
    const node = this.#options.node(nodeId);
    if (node === undefined) throw new DmlError("node_unknown", `There is no node ${nodeId}.`);
    return node;
  }

  /**
   * Runs a program on `node` and returns its events as lines of JSON. Nothing is read from the node
   * that is not read from the stream, and cancelling the stream, or aborting `signal`, ends the
   * program. Throws `exec_refused`, `connection_lost` or `queue_full`.
   */
  start(
    node: ExecNode,
    request: ExecRequest,
    { actor, signal }: { actor: string; signal: AbortSignal },
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#check(node, request);
    const { clock, random, send, audit } = this.#options;
    const { nodeId, name } = node;
    const execId = newId("exec", random);
    const pending = new PendingRun();
    const record = (outcome: ExecOutcome) =>
      audit.record({ actor, action: "node.exec.end", subject: name, detail: outcomeText(request, outcome) });
    this.#runs.set(execId, { nodeId, startedMs: clock.nowMs(), pending, record });
    send(nodeId, { type: "exec.start", execId, actor, ...request, creditBytes: LIMITS.execWindowBytes });
    const cancel = () => {
      if (this.#runs.has(execId)) send(nodeId, { type: "exec.cancel", execId });
    };
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) cancel();
    const encoder = new TextEncoder();
    return new ReadableStream({
      pull: async (controller) => {
        const due = Promise.withResolvers<void>();
        const cancelDue = clock.after(KEEP_ALIVE_MS, due.resolve);
        const event = await pending.next(due.promise);
        cancelDue();
        controller.enqueue(encoder.encode(`${event === null ? "" : JSON.stringify(event)}\n`));
        if (event?.type === "output") send(nodeId, { type: "exec.credit", execId, creditBytes: bytesOf(event.data) });
        if (event?.type !== "ended") return;
        signal.removeEventListener("abort", cancel);
        controller.close();
      },
      cancel,
    }, { highWaterMark: 0 });
  }

  /** Handles a message about programs. Returns false for any other message. */
  receive(nodeId: string, message: Message): boolean {
    if (message.type !== "exec.output" && message.type !== "exec.ended") return false;
    const { type, execId, ...rest } = message;
    const found = this.#runs.get(execId);
    if (found?.nodeId !== nodeId) return true;
    if ("data" in rest) {
      if (found.pending.add(rest)) return true;
      this.#options.send(nodeId, { type: "exec.cancel", execId });
      this.#lose(execId, "The node sent more output than it may.");
    } else if (type === "exec.ended") this.#end(execId, rest);
    return true;
  }

  /** Ends what runs on a node that is no longer connected. */
  left(nodeId: string): void {
    this.#endAll("The node went away, which ends what it runs.", (of) => of === nodeId);
  }

  /** Ends everything, because the master stops. */
  close(): void {
    for (const [execId, { nodeId }] of this.#runs) this.#options.send(nodeId, { type: "exec.cancel", execId });
    this.#endAll("The master stopped, which ends what runs.", () => true);
  }

  #check({ nodeId, name, state, capabilities }: ExecNode, { program }: ExecRequest): void {
    if (state === "offline" || state === "waiting" || state === "removed") {
      throw new DmlError("connection_lost", `The node ${name} is not connected.`, {
        advice: "`dml nodes` says since when.",
      });
    }
    const { allowedPrograms = [] } = capabilities;
    if (!allowedPrograms.includes(program)) {
      const allowed = allowedPrograms.length === 0 ? "no programs" : `${allowedPrograms.join(", ")} only`;
      throw new DmlError("exec_refused", `The node ${name} does not allow ${program}: it allows ${allowed}.`, {
        advice: `Start it with \`dml join --allow-exec ${program}=/path/of/it\`; see \`dml help exec\`.`,
      });
    }
    const running = [...this.#runs.values()].filter((run) => run.nodeId === nodeId).length;
    if (this.#runs.size >= LIMITS.execRunsMax || running >= LIMITS.execRunsPerNodeMax) {
      throw new DmlError("queue_full", `${running} programs run on the node ${name} already.`, {
        advice: "Wait until one has ended, or end one.",
      });
    }
  }

  #endAll(reason: string, isConcerned: (nodeId: string) => boolean): void {
    for (const [execId, { nodeId }] of this.#runs) if (isConcerned(nodeId)) this.#lose(execId, reason);
  }

  #lose(execId: string, reason: string): void {
    const { clock } = this.#options;
    const durationMs = clock.nowMs() - (this.#runs.get(execId)?.startedMs ?? clock.nowMs());
    this.#end(execId, { end: "lost", exitCode: null, signal: null, reason, durationMs });
  }

  #end(execId: string, outcome: ExecOutcome): void {
    const found = this.#runs.get(execId);
    this.#runs.delete(execId);
    found?.pending.end(outcome);
    found?.record(outcome);
  }
}

/** Returns a command line as the audit keeps it. */
export function auditedCommand({ program, arguments: args }: Pick<ExecRequest, "program" | "arguments">): string {
  return clip(commandLineText(program, args), AUDITED_CHARACTERS_MAX);
}

function outcomeText(request: ExecRequest, { end, exitCode, signal }: ExecOutcome): string {
  const how = signal !== null ? signal : exitCode === null ? "no exit code" : `exit code ${exitCode}`;
  return `${auditedCommand(request)}: ${end}, ${how}`;
}
