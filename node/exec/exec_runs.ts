import { type AllowedProgram, commandLineText } from "../../protocol/messages/allowed_program.ts";
import { clip } from "../../protocol/kernel/clip.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { ExecEnd, ExecStart } from "../../protocol/messages/exec.ts";
import type { Message } from "../../protocol/messages/message.ts";
import { ProgramRun } from "./program_run.ts";

/** Characters of a command line in the log. */
const LOGGED_CHARACTERS_MAX = 2_000;

/** Settings of {@linkcode ExecRuns}. */
export interface ExecRunsOptions {
  /** Programs that may be run; none by default. */
  readonly programs?: readonly AllowedProgram[];
  /** Returns true if nobody between this node and its master can write into their connection. */
  readonly isProtected: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly outputBytesMax?: number;
}

/**
 * The programs that run on this node because an admin asked. The log says of each who asked, with
 * which arguments, and how it ended.
 */
export class ExecRuns {
  /** Names of the programs that may be run. */
  readonly names: readonly string[];
  readonly #options: ExecRunsOptions;
  readonly #paths: ReadonlyMap<string, string>;
  readonly #runs = new Map<string, ProgramRun>();

  constructor(options: ExecRunsOptions) {
    const { programs = [] } = options;
    this.#options = options;
    this.#paths = new Map(programs.map(({ name, path }) => [name, path]));
    this.names = [...this.#paths.keys()];
  }

  /** Handles a message about programs; `send` answers it. Returns false for any other message. */
  receive(message: Message, send: (message: Message) => void): boolean {
    switch (message.type) {
      case "exec.start":
        this.#start(message, send);
        return true;
      case "exec.credit":
        this.#runs.get(message.execId)?.addCredit(message.creditBytes);
        return true;
      case "exec.cancel":
        this.#runs.get(message.execId)?.cancel();
        return true;
      default:
        return false;
    }
  }

  /** Ends all programs, because the master that asked for them is no longer there. */
  disconnected(): void {
    for (const run of this.#runs.values()) run.abandon();
  }

  /** Ends all programs and waits until they are gone. */
  async close(): Promise<void> {
    this.disconnected();
    await Promise.all([...this.#runs.values()].map(({ finished }) => finished));
  }

  #start(start: ExecStart, send: (message: Message) => void): void {
    const { clock, log, outputBytesMax } = this.#options;
    const { execId, actor, program } = start;
    const commandLine = clip(commandLineText(program, start.arguments), LOGGED_CHARACTERS_MAX);
    const path = this.#paths.get(program);
    const refusal = this.#refusalOf(start);
    if (path === undefined || refusal !== null) {
      log.warn("The node refused to run a program.", { actor, commandLine, reason: refusal });
      const end: ExecEnd = { end: "refused", exitCode: null, signal: null, reason: refusal, durationMs: 0 };
      return send({ type: "exec.ended", execId, ...end });
    }
    log.info("An admin runs a program.", { actor, commandLine, path });
    const run = new ProgramRun({ start, path, clock, send, outputBytesMax });
    this.#runs.set(execId, run);
    void run.finished.then(({ end, exitCode, signal, reason }) => {
      this.#runs.delete(execId);
      log.info("A program of an admin has ended.", { actor, commandLine, end, exitCode, signal, reason });
    });
  }

  /** Returns the reason why a program is not started; `null` if it is. */
  #refusalOf({ execId, program }: ExecStart): string | null {
    if (!this.#options.isProtected()) {
      return "The node runs nothing for a master without TLS, since others could ask in its place.";
    }
    if (this.names.length === 0) return "The node runs no programs: it was started without --allow-exec.";
    if (!this.#paths.has(program)) {
      return `The node does not allow ${program}; it allows ${this.names.join(", ")}.`;
    }
    if (this.#runs.has(execId)) return "The node runs this already.";
    if (this.#runs.size < LIMITS.execRunsPerNodeMax) return null;
    return `The node runs ${this.#runs.size} programs already.`;
  }
}
