import { clipReason } from "../../protocol/kernel/clip.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { ExecEnd, ExecEnded, ExecOutput, ExecStart, OutputStream } from "../../protocol/messages/exec.ts";
import { cleanStart } from "./clean_environment.ts";
import { OutputCredit } from "./output_credit.ts";

/** Settings of one {@linkcode ProgramRun}. */
export interface ProgramRunOptions {
  readonly start: ExecStart;
  /** Absolute path of the program. */
  readonly path: string;
  readonly clock: Clock;
  /** Sends a message to the master that asked. */
  readonly send: (message: ExecOutput | ExecEnded) => void;
  /** Output after which the program is ended; `LIMITS.execOutputBytesMax` by default. */
  readonly outputBytesMax?: number;
}

type StopReason = Exclude<ExecEnd["end"], "exited" | "refused">;
type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

/** A stream that is being read; `reads` counts, and is odd while nothing comes. */
interface OpenStream {
  readonly reader: Reader;
  reads: number;
}

/**
 * One program while it runs: a process of its own with a clean environment and no input. Its output
 * is read only as fast as the master takes it, so a program that writes more has to wait.
 */
export class ProgramRun {
  /** Resolves with the end once the process is gone and the master was told. */
  readonly finished: Promise<ExecEnd>;
  readonly #options: ProgramRunOptions;
  readonly #credit: OutputCredit;
  readonly #streams = new Set<OpenStream>();
  #child: Deno.ChildProcess | null = null;
  #stopped: StopReason | null = null;
  #isMuted = false;
  #outputBytes = 0;
  #cancelTimers: (() => void)[] = [];

  constructor(options: ProgramRunOptions) {
    this.#options = options;
    this.#credit = new OutputCredit(options.start.creditBytes);
    this.finished = this.#run();
  }

  /** Lets so many more bytes of output be sent. */
  addCredit(bytes: number): void {
    this.#credit.add(bytes, { bytesMax: LIMITS.execWindowBytes });
  }

  /** Ends the program, with SIGKILL if it does not end by itself, and sends no more output. */
  cancel(): void {
    this.#stop("cancelled");
    this.#credit.close();
  }

  /** Does the same as `cancel` after the connection was lost: nothing at all is sent any more. */
  abandon(): void {
    this.#isMuted = true;
    this.cancel();
  }

  async #run(): Promise<ExecEnd> {
    const { clock, start } = this.#options;
    const startedMs = clock.nowMs();
    const timed = (end: Omit<ExecEnd, "durationMs">) => this.#end({ ...end, durationMs: clock.nowMs() - startedMs });
    let child: Deno.ChildProcess;
    try {
      child = this.#spawn();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const reason = clipReason(`${start.program} cannot be started: ${why}`);
      return timed({ end: "refused", exitCode: null, signal: null, reason });
    }
    this.#child = child;
    this.#cancelTimers.push(clock.after(start.timeoutMs, () => this.#stop("timed_out")));
    const reading = Promise.all([this.#read("stdout", child.stdout), this.#read("stderr", child.stderr)]);
    const { code, signal } = await child.status;
    this.#child = null;
    for (const cancel of this.#cancelTimers.splice(0)) cancel();
    this.#endLingering();
    await reading;
    for (const cancel of this.#cancelTimers.splice(0)) cancel();
    const end = this.#stopped ?? "exited";
    return timed({ end, exitCode: signal === null ? code : null, signal, reason: this.#reasonOf(end) });
  }

  #spawn(): Deno.ChildProcess {
    const { path, start } = this.#options;
    const { env, cwd } = cleanStart(Deno.build.os);
    return new Deno.Command(path, {
      args: [...start.arguments],
      clearEnv: true,
      env: { ...env },
      cwd,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Sends what comes from `output`, in pieces that the credit allows. */
  async #read(stream: OutputStream, output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const open: OpenStream = { reader: output.getReader(), reads: 0 };
    this.#streams.add(open);
    try {
      for (;;) {
        open.reads++;
        const { value, done } = await open.reader.read();
        open.reads++;
        if (done || !await this.#send(stream, value)) return;
      }
    } finally {
      this.#streams.delete(open);
      await open.reader.cancel();
    }
  }

  /** Returns false if no more output may be sent. */
  async #send(stream: OutputStream, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const { start: { execId }, send, outputBytesMax = LIMITS.execOutputBytesMax } = this.#options;
    for (let from = 0; from < bytes.length;) {
      const wanted = Math.min(LIMITS.execPieceBytesMax, bytes.length - from, outputBytesMax - this.#outputBytes);
      if (wanted === 0) {
        this.#stop("output_limit");
        this.#credit.close();
      }
      const taken = await this.#credit.take(wanted);
      if (taken === 0) return false;
      this.#outputBytes += taken;
      const piece = bytes.subarray(from, from + taken);
      if (!this.#isMuted) send({ type: "exec.output", execId, stream, data: piece.toBase64() });
      from += taken;
    }
    return true;
  }

  #stop(reason: StopReason): void {
    this.#stopped ??= reason;
    const child = this.#child;
    if (child === null) return;
    signalTo(child, "SIGTERM");
    this.#cancelTimers.push(this.#options.clock.after(LIMITS.execKillMs, () => signalTo(child, "SIGKILL")));
  }

  /**
   * Gives up a stream on which nothing comes any more although the program is gone: a process that
   * it has left behind holds it open.
   */
  #endLingering(): void {
    const silent = [...this.#streams].filter(({ reads }) => reads % 2 === 1).map((open) => ({
      open,
      reads: open.reads,
    }));
    this.#cancelTimers.push(this.#options.clock.after(LIMITS.execLingerMs, () => {
      for (const { open, reads } of silent) if (open.reads === reads) void open.reader.cancel();
      if (this.#streams.size > 0) this.#endLingering();
    }));
  }

  #reasonOf(end: ExecEnd["end"]): string | null {
    const { start: { timeoutMs }, outputBytesMax = LIMITS.execOutputBytesMax } = this.#options;
    switch (end) {
      case "timed_out":
        return `It ran for longer than ${timeoutMs / 1_000} s.`;
      case "output_limit":
        return `It wrote more than ${outputBytesMax} bytes.`;
      case "cancelled":
        return "Whoever asked for it went away.";
      default:
        return null;
    }
  }

  #end(end: ExecEnd): ExecEnd {
    const { start: { execId }, send } = this.#options;
    if (!this.#isMuted) send({ type: "exec.ended", execId, ...end });
    return end;
  }
}

/** Sends `signal` to a process, which may be gone in this moment. */
function signalTo(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // A process that has ended is a TypeError for Deno.
    if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
  }
}
