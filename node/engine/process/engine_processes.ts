import type { Clock } from "../../../protocol/kernel/clock.ts";
import { asDmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Log } from "../../../protocol/kernel/log.ts";
import type { SpawnWorker, WorkerPort, WorkerPortEvents } from "../worker_port.ts";
import type { ToWorker } from "../worker_protocol.ts";
import type { EngineLauncher } from "./engine_launcher.ts";
import { type Frame, type FrameLimits, FrameReader, FrameWriter } from "./frames.ts";
import { frameOfRequest, REPLY_LIMITS, replyOf } from "./message_frames.ts";

const SECRET_BYTES = 32;
/** Limits of the first frame of a connection, which holds only the secret. */
const GREETING_LIMITS: FrameLimits = { headBytesMax: 2 + 2 * SECRET_BYTES, partsMax: 0, partBytesMax: 0 };

/** Options of {@linkcode EngineProcesses}. */
export interface EngineProcessesOptions {
  readonly launcher: EngineLauncher;
  /** Limit of the memory of each process, in bytes. */
  readonly memoryBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Starts workers as processes. Each connects to a port of this host, which it must open with the
 * secret it was started with.
 */
export class EngineProcesses implements Disposable {
  readonly #options: EngineProcessesOptions;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  /** Processes that have not connected yet, by their secrets. */
  readonly #expected = new Map<string, EngineProcess>();
  readonly #greeting = new Set<Deno.TcpConn>();
  /** Limit of the memory of each process, in bytes. */
  readonly memoryBytes: number;
  #nextKey = 1;

  constructor(options: EngineProcessesOptions) {
    this.#options = options;
    this.memoryBytes = options.memoryBytes;
    void this.#accept();
  }

  /** Starts a process with one worker in it. */
  readonly spawn: SpawnWorker = (events) => {
    const { launcher, memoryBytes, clock } = this.#options;
    const key = this.#nextKey++;
    const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toHex();
    const onEnd = () => this.#expected.delete(secret);
    const process = new EngineProcess({ ...events, kill: () => launcher.kill(key), onEnd, clock });
    this.#expected.set(secret, process);
    launcher.start({ key, port: this.#listener.addr.port, secret, memoryBytes });
    return process;
  };

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#greeting) connection.close();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) void this.#greet(connection);
  }

  /** Passes a new connection to the process that has opened it; closes that of a stranger. */
  async #greet(connection: Deno.TcpConn): Promise<void> {
    this.#greeting.add(connection);
    const cancel = this.#options.clock.after(LIMITS.helloTimeoutMs, () => connection.close());
    const reader = new FrameReader(connection, GREETING_LIMITS);
    let process: EngineProcess | undefined;
    try {
      const secret = (await reader.next())?.head;
      process = typeof secret === "string" ? this.#expected.get(secret) : undefined;
      if (process === undefined) return connection.close();
      this.#expected.delete(String(secret));
      reader.limits = REPLY_LIMITS;
    } catch (error) {
      return this.#options.log.debug("A connection to the node's engines failed.", { error: String(error) });
    } finally {
      cancel();
      this.#greeting.delete(connection);
    }
    await process.connected(connection, reader);
  }
}

interface EngineProcessOptions extends WorkerPortEvents {
  readonly kill: () => Promise<void>;
  /** Called when the process is to end. */
  readonly onEnd: () => void;
  readonly clock: Clock;
}

/** A worker that is a process of its own. */
class EngineProcess implements WorkerPort {
  readonly #options: EngineProcessOptions;
  readonly #cancelStart: () => void;
  #connection: Deno.TcpConn | null = null;
  #writer: FrameWriter | null = null;
  /** Messages that wait for the connection. */
  #waiting: Frame[] = [];
  #isEnded = false;

  constructor(options: EngineProcessOptions) {
    this.#options = options;
    this.#cancelStart = options.clock.after(LIMITS.engineStartMs, () => this.#died("it did not start in time"));
  }

  /** Serves the connection of this process until it ends. */
  async connected(connection: Deno.TcpConn, reader: FrameReader): Promise<void> {
    this.#cancelStart();
    if (this.#isEnded) return connection.close();
    this.#connection = connection;
    try {
      connection.setNoDelay(true);
      const writer = new FrameWriter(connection, { onFailure: () => this.#died("it ended") });
      this.#writer = writer;
      for (const frame of this.#waiting.splice(0)) writer.send(frame);
      for (let frame = await reader.next(); frame !== null; frame = await reader.next()) {
        if (this.#isEnded) return;
        this.#options.onMessages([replyOf(frame)]);
      }
      this.#died("it ended");
    } catch (error) {
      this.#died(asDmlError(error).message);
    }
  }

  post(messages: readonly ToWorker[], transfer: readonly ArrayBuffer[]): void {
    for (const frame of messages.map((message) => frameOfRequest(message, transfer))) {
      if (this.#writer === null) this.#waiting.push(frame);
      else this.#writer.send(frame);
    }
  }

  end(): void {
    this.#isEnded = true;
    this.#cancelStart();
    this.#waiting = [];
    this.#options.onEnd();
    this.#connection?.close();
    void this.#options.kill().then(this.#options.onEnded);
  }

  #died(how: string): void {
    if (!this.#isEnded) this.#options.onDied(how);
  }
}
