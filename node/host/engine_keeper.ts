import type { EngineLauncher, EngineStart } from "../engine/process/engine_launcher.ts";
import { KEEPER_SCRIPT } from "./engine_keeper_script.ts";

const MIB = 1024 * 1024;
/**
 * Memory that Deno reserves for writing when it starts and hardly touches, in bytes: a process with
 * a limit of 800 MiB of such memory could fill 281 MiB.
 */
const RESERVED_BYTES = 520 * MIB;

/** Settings of {@linkcode EngineKeeper.open}. */
export interface EngineKeeperOptions {
  /** The command that runs a worker, without its permissions and its last argument. */
  readonly command: readonly string[];
  /** Main module of a worker. */
  readonly module: string;
  /** The environment of the engines; they inherit no other variable. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The keeper of the engine processes: a shell that starts and kills them on request. It ignores the
 * signals that end a node, and kills all that it started once the node has ended in any way.
 */
export class EngineKeeper implements EngineLauncher {
  /** Memory that the system grants this process and its children, in bytes; `null` if all. */
  readonly memoryBytesMax: number | null;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #killed = new Map<number, () => void>();
  readonly #status: Promise<Deno.CommandStatus>;
  /** Resolves when the keeper has ended, which it does after its node only. */
  readonly lost: Promise<void>;

  private constructor(child: Deno.ChildProcess, lines: AsyncIterator<string>, memoryBytesMax: number | null) {
    this.memoryBytesMax = memoryBytesMax;
    this.#requests = child.stdin.getWriter();
    this.#status = child.status;
    this.lost = this.#read(lines);
  }

  /**
   * Starts the keeper, for which this thread needs the permission to run `sh`, and needs it no
   * longer afterwards. Returns `null` if there is no shell, or no `/dev/null`, which shells need
   * for processes in the background.
   */
  static async open({ command, module, environment }: EngineKeeperOptions): Promise<EngineKeeper | null> {
    const shell = new Deno.Command("sh", {
      args: ["-c", KEEPER_SCRIPT, "dml-engines", module, ...command],
      clearEnv: true,
      env: { ...environment },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    });
    let child: Deno.ChildProcess;
    try {
      child = shell.spawn();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
    const lines = linesOf(child.stdout);
    const { value = "" } = await lines.next();
    const memory = Number(value.split(" ")[1]);
    return new EngineKeeper(child, lines, Number.isSafeInteger(memory) ? memory : null);
  }

  start({ key, port, secret, memoryBytes }: EngineStart): void {
    const limitKib = Math.ceil((memoryBytes + RESERVED_BYTES) / 1024);
    this.#request(`start ${key} ${port} ${secret} ${limitKib}`);
  }

  async kill(key: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#killed.set(key, resolve);
    this.#request(`kill ${key}`);
    // A keeper that ends kills all processes first.
    await Promise.race([promise, this.lost]);
  }

  /** Kills every engine that is left, and waits for the end of the keeper. */
  async close(): Promise<void> {
    await this.#requests.close().catch(() => {}); // it may have ended already
    await this.#status;
    await this.lost;
  }

  /** Sends a line; a keeper that is gone cannot answer, which {@linkcode lost} reports. */
  #request(line: string): void {
    this.#requests.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
  }

  async #read(lines: AsyncIterator<string>): Promise<void> {
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      const key = Number(line.value.split(" ")[1]);
      this.#killed.get(key)?.();
      this.#killed.delete(key);
    }
  }
}

async function* linesOf(output: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
