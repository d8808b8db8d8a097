import { join } from "node:path";
import type { ClusterTokens } from "../../../protocol/security/tokens.ts";
import { pinnedTokens } from "../../../tools/pinned_tokens.ts";
import { DmlProcess, MAIN, PERMISSIONS, scopedSources, SILENT_ENVIRONMENT } from "../../../tools/dml_process.ts";

/** An address of this machine beside loopback, as another host would use it; `null` if none. */
export const LAN_ADDRESS =
  Deno.networkInterfaces().find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))?.address ??
    null;

/** Settings of a {@linkcode SecureCluster}. */
export interface SecureClusterOptions {
  /** Variables of the environment of every process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of the master. */
  readonly flags?: readonly string[];
}

/** A master that speaks TLS, and nodes, each a process of its own; all ended at disposal. */
export class SecureCluster implements AsyncDisposable {
  readonly port: number;
  readonly controlPort: number;
  /** Tokens as they are handed out, with the pin. */
  readonly tokens: ClusterTokens;
  /** A temporary directory for files of the test, removed with the cluster. */
  readonly directory: string;
  readonly master: DmlProcess;
  readonly #env: Readonly<Record<string, string>>;
  readonly #nodes: DmlProcess[] = [];

  private constructor(
    parts: Pick<SecureCluster, "port" | "controlPort" | "tokens" | "directory" | "master">,
    env: Readonly<Record<string, string>>,
  ) {
    this.port = parts.port;
    this.controlPort = parts.controlPort;
    this.tokens = parts.tokens;
    this.directory = parts.directory;
    this.master = parts.master;
    this.#env = env;
  }

  static async start({ env = {}, flags = ["--host", "0.0.0.0"] }: SecureClusterOptions = {}): Promise<SecureCluster> {
    const directory = await Deno.makeTempDir({ prefix: "dml-e2e-" });
    const home = join(directory, "master");
    const line = [
      "serve",
      "--port",
      "0",
      "--control-port",
      "0",
      "--no-print-tokens",
      ...flags.includes("--workers") ? [] : ["--workers", "0"],
      ...flags,
    ];
    const master = DmlProcess.start(line, { home, program: programOf(line, { home, env }) });
    const { port, controlPort } = await master.logged("ready");
    const tokens = await pinnedTokens(home);
    return new SecureCluster({ port: Number(port), controlPort: Number(controlPort), tokens, directory, master }, env);
  }

  /** Starts a node called `name` that joins at `address`, with no token if `token` is `null`. */
  join(name: string, { address, token }: { address: string; token?: string | null }): DmlProcess {
    const credential = token === null ? [] : ["--token", token ?? this.tokens.node];
    const line = ["join", address, "--name", name, "--workers", "1", ...credential];
    const home = join(this.directory, name);
    const node = DmlProcess.start(line, { home, program: programOf(line, { home, env: this.#env }) });
    this.#nodes.push(node);
    return node;
  }

  /** Runs `dml ARGUMENTS` of a user to its end, and returns its exit code and all that it wrote. */
  async run(dmlArguments: readonly string[]): Promise<{ code: number; text: string }> {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", ...PERMISSIONS, MAIN, ...dmlArguments],
      cwd: this.directory,
      env: { ...SILENT_ENVIRONMENT, DML_HOME: join(this.directory, "user"), ...this.#env },
      stdin: "null",
    });
    const { code, stdout, stderr } = await command.output();
    return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.#nodes) await node.stop("SIGKILL");
    await this.master.stop("SIGKILL");
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** Returns the command that starts dml with its permissions and the variables `env`. */
function programOf(
  dmlArguments: readonly string[],
  { home, env }: { home: string; env: Readonly<Record<string, string>> },
): string[] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return ["env", ...variables, ...scopedSources(dmlArguments, { home })];
}
