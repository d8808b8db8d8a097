import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseAs, z } from "../protocol/schema.ts";
import { parseCommand } from "../user/cli/parse_command.ts";
import { ENGINE_PATCH_VARIABLE } from "../user/engine_patch_variable.ts";
import { ENVIRONMENT_NAMES } from "../user/cli/flags.ts";
import { keepsEngines } from "../user/process/engine_command.ts";
import { permissionFlags } from "../user/process/permission_flags.ts";
import { startingPermissions } from "../user/process/permission_rows/own_node_permissions.ts";
import { processFactsOf } from "../user/process/process_facts.ts";
import { invocationFactsOf } from "../user/process/invocation_facts.ts";
import { allocatorEnvironmentOf } from "../user/process/allocator_environment.ts";
import { V8_FLAGS } from "../user/process/v8_flags.ts";

/** The path of the entry of dml. */
export const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** The permissions of dml, which are those that the tasks in `deno.json` grant. */
export const PERMISSIONS = [
  "--no-prompt",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys=hostname,loadavg,networkInterfaces,statfs,systemMemoryInfo",
  "--allow-run=sh",
] as const;

/**
 * Every variable that dml reads, emptied, which is as if it were not set, and no context: the
 * settings that somebody has for a cluster of their own do not count. Variables that a process
 * needs are added to these.
 */
export const SILENT_ENVIRONMENT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...ENVIRONMENT_NAMES, "DML_CONFIG", "DML_EXECUTABLE", "DML_SUPERVISED", "DML_TRIAL", ENGINE_PATCH_VARIABLE]
      .map((name) => [name, ""]),
  ),
  DML_CONTEXT: "none",
};

/**
 * Returns the command that runs a command line of dml from its sources as the executable does: with
 * its permissions and no more.
 */
export function scopedSources(dmlArguments: readonly string[], { home }: { home: string }): string[] {
  const { command } = parseCommand([...dmlArguments, "--home", home], {});
  const facts = processFactsOf(command, invocationFactsOf({ entry: String(pathToFileURL(MAIN)), isPacked: false }));
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    ...memoryFlagsOf(dmlArguments),
    ...permissionFlags(startingPermissions(command, facts), { keepsEngines: keepsEngines(command) }),
    MAIN,
  ];
}

/** The flags by which V8 takes less memory in a node, as in the tasks of `deno.json`. */
function memoryFlagsOf(dmlArguments: readonly string[]): string[] {
  return dmlArguments[0] === "join" ? [`--v8-flags=${V8_FLAGS}`] : [];
}

/** Returns the command that starts dml from its sources, with the permissions of the tasks. */
export function sourcesCommand(): string[] {
  return sources();
}

/** Returns the command that starts dml from its sources. */
function sources(memoryFlags: readonly string[] = []): string[] {
  return [Deno.execPath(), "run", "--quiet", ...memoryFlags, ...PERMISSIONS, MAIN];
}

const logLineSchema = z.looseObject({ level: z.string(), message: z.string() });

/** A line of a log with `--log-format json`. */
export type LogLine = z.infer<typeof logLineSchema>;

/**
 * A dml in a process of its own that logs JSON; it is killed at the end of `await using` if it
 * still runs.
 */
export class DmlProcess implements AsyncDisposable {
  /** The lines that it has logged so far, and whatever else it wrote to standard error. */
  readonly lines: string[] = [];
  /** The lines that it has written to standard output so far, if that is read. */
  readonly output: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #waiting: (() => void)[] = [];
  #isOver = false;

  private constructor(child: Deno.ChildProcess, { readsOutput }: { readsOutput: boolean }) {
    this.#child = child;
    this.#reading = this.#read(readsOutput);
  }

  /**
   * Starts `dml ARGUMENTS` with `home` as its data directory and the variables of `env`; dml is its
   * sources, or the command `program`. A master has no node in its process unless `env` or the
   * arguments say how many workers that has.
   */
  static start(
    dmlArguments: readonly string[],
    { home, program, env = {}, readsOutput = false }: {
      home: string;
      program?: readonly string[];
      env?: Readonly<Record<string, string>>;
      readsOutput?: boolean;
    },
  ): DmlProcess {
    const [executable, ...before] = program ?? sources(memoryFlagsOf(dmlArguments));
    const command = new Deno.Command(executable, {
      args: [...before, ...dmlArguments, "--log-format", "json", "--log-level", "info"],
      env: {
        ...SILENT_ENVIRONMENT,
        DML_HOME: home,
        ...allocatorEnvironmentOf(dmlArguments[0]),
        ...dmlArguments[0] === "serve" ? { DML_WORKERS: "0" } : {},
        NO_COLOR: "1",
        ...env,
      },
      stdin: "null",
      stdout: readsOutput ? "piped" : "null",
      stderr: "piped",
    });
    return new DmlProcess(command.spawn(), { readsOutput });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Returns the first line, past or to come, that has this message and for which `isWanted` is
   * true. Throws if the process ends without one.
   */
  async logged(message: string, isWanted: (line: LogLine) => boolean = () => true): Promise<LogLine> {
    for (let next = 0;;) {
      for (; next < this.lines.length; next++) {
        const line = logLineOf(this.lines[next]);
        if (line?.message === message && isWanted(line)) return line;
      }
      if (this.#isOver) throw new Error(`dml ended before it was ${message}:\n${this.lines.join("\n")}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Waits until `isWanted` is true of its standard output. Throws if the process ends before. */
  async printed(isWanted: (output: readonly string[]) => boolean): Promise<void> {
    while (!isWanted(this.output)) {
      if (this.#isOver) throw new Error(`dml ended too soon:\n${[...this.output, ...this.lines].join("\n")}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Sends it `signal` and returns its exit code. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    if (!this.#isOver) this.#child.kill(signal);
    await this.#reading;
    return (await this.#child.status).code;
  }

  /** Waits until it ends by itself, and returns its exit code. */
  async ended(): Promise<number> {
    await this.#reading;
    return (await this.#child.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) await this.stop("SIGKILL");
  }

  async #read(readsOutput: boolean): Promise<void> {
    const reads = [this.#readLines(this.#child.stderr, this.lines)];
    if (readsOutput) reads.push(this.#readLines(this.#child.stdout, this.output));
    await Promise.all(reads);
    await this.#child.status;
    this.#isOver = true;
    this.#wake();
  }

  async #readLines(stream: ReadableStream<Uint8Array>, lines: string[]): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
      this.#wake();
    }
    if (rest !== "") lines.push(rest);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function logLineOf(text: string): LogLine | null {
  if (!text.startsWith("{")) return null;
  return parseAs(logLineSchema, JSON.parse(text), { what: "A log line", code: "internal" });
}

/**
 * Runs `dml ARGUMENTS` to its end in the directory `cwd`, with its data there too. Its standard
 * error is that of this process.
 */
export async function runDml(
  dmlArguments: readonly string[],
  options: { cwd: string; env?: Readonly<Record<string, string>>; program?: readonly string[] },
): Promise<{ code: number; out: string }> {
  const { cwd, env = {}, program = sources() } = options;
  const [executable, ...before] = program;
  const command = new Deno.Command(executable, {
    args: [...before, ...dmlArguments],
    cwd,
    env: { ...SILENT_ENVIRONMENT, DML_HOME: join(cwd, "dml-home"), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  });
  const { code, stdout } = await command.output();
  return { code, out: new TextDecoder().decode(stdout) };
}
