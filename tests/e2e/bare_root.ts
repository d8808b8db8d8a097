import { dirname, join } from "node:path";

/** The only programs of a bare host. */
const PROGRAMS = ["sh", "tar", "gzip"];

/**
 * A shell command that brings up the loopback interface of a fresh network namespace. It uses perl,
 * which every Debian has; `ip` is not always installed.
 */
const RAISE_LOOPBACK = `perl -MSocket -e 'socket(S, AF_INET, SOCK_DGRAM, 0) or die; ` +
  `$up = pack("a16sx14", "lo", 65); ioctl(S, 0x8914, $up) or die "no loopback: $!"'`;

/** Result of a program that was run to its end. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/**
 * The root directory of a host that has only libc, a shell, tar and gzip, `/proc` and an empty
 * `/home`, and no network but its own loopback. Needs root. Where the system refuses namespaces,
 * only `chroot` is used and {@linkcode BareRoot.isIsolated} is false.
 */
export class BareRoot implements AsyncDisposable {
  readonly path: string;
  readonly #keeper: Deno.ChildProcess | null;
  /** Words that go before a command line to run it in the namespaces of the keeper process. */
  readonly #enter: readonly string[];

  private constructor(path: string, keeper: Deno.ChildProcess | null) {
    this.path = path;
    this.#keeper = keeper;
    this.#enter = keeper === null ? [] : ["nsenter", "--net", "--mount", `--target=${keeper.pid}`];
  }

  /**
   * Builds the root in a temporary directory from files of this machine. `libraries` names programs
   * whose shared libraries are copied too.
   */
  static async create({ libraries }: { libraries: readonly string[] }): Promise<BareRoot> {
    const path = await Deno.makeTempDir({ prefix: "dml_bare_" });
    await Deno.chmod(path, 0o755);
    for (const directory of ["bin", "home", "proc", "tmp"]) await Deno.mkdir(join(path, directory));
    await Deno.chmod(join(path, "tmp"), 0o1777);
    for (const name of PROGRAMS) {
      const program = await outputOf("sh", ["-c", `command -v ${name}`]);
      await Deno.copyFile(program, join(path, "bin", name));
      await copyLibraries(program, path);
    }
    for (const program of libraries) await copyLibraries(program, path);
    return new BareRoot(path, await isolate(path));
  }

  /** True if the root has a network and mounts of its own. */
  get isIsolated(): boolean {
    return this.#keeper !== null;
  }

  /**
   * Returns the command line that runs `program` in this root, with only `environment` in its
   * environment besides `HOME` and `PATH`.
   */
  command(
    program: string,
    { environment = {}, user = "0:0" }: { environment?: Readonly<Record<string, string>>; user?: string } = {},
  ): string[] {
    const variables = Object.entries({ HOME: "/home", PATH: "/bin", ...environment });
    const assignments = variables.map(([name, value]) => `${name}=${value}`);
    return [
      ...this.#enter,
      "env",
      "--ignore-environment",
      ...assignments,
      CHROOT,
      `--userspec=${user}`,
      this.path,
      program,
    ];
  }

  /** Runs `program` in this root to its end, in the directory `/home`. */
  async run(
    program: string,
    programArguments: readonly string[],
    options: { environment?: Readonly<Record<string, string>>; user?: string } = {},
  ): Promise<Outcome> {
    const script = 'cd /home || exit 99; exec "$0" "$@"';
    const [executable, ...before] = this.command("/bin/sh", options);
    const command = new Deno.Command(executable, {
      args: [...before, "-c", script, program, ...programArguments],
      stdin: "null",
    });
    const { code, stdout, stderr } = await command.output();
    return { code, out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
  }

  /** Runs `mount` with these arguments; the mount is visible in this root only. */
  async mount(...mountArguments: string[]): Promise<void> {
    await outputOf(this.#enter[0], [...this.#enter.slice(1), "mount", ...mountArguments]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper?.stdin.close();
    await this.#keeper?.status; // its mounts disappear with the namespace
    await Deno.remove(this.path, { recursive: true });
  }
}

const CHROOT = "/usr/sbin/chroot";

/**
 * Starts a process that keeps a network and mount namespace alive for as long as its standard input
 * is open. Returns `null` if the system refuses namespaces.
 */
async function isolate(path: string): Promise<Deno.ChildProcess | null> {
  const script = `${RAISE_LOOPBACK} && mount -t proc proc "$0/proc" && echo isolated && read -r end`;
  const keeper = new Deno.Command("unshare", {
    args: ["--net", "--mount", "sh", "-c", script, path],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = keeper.stdout.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  if (value !== undefined) return keeper;
  await keeper.stdin.close();
  await keeper.status;
  // Deno reads the path of its own executable from here and needs nothing else of /proc.
  await Deno.mkdir(join(path, "proc", "self"));
  await Deno.symlink("/bin/sh", join(path, "proc", "self", "exe"));
  return null;
}

async function copyLibraries(program: string, root: string): Promise<void> {
  for (const [library] of (await outputOf("ldd", [program])).matchAll(/\/[^ ]+/g)) {
    if (library.includes("/npm/") || library === program) continue;
    await Deno.mkdir(join(root, dirname(library)), { recursive: true });
    await Deno.copyFile(library, join(root, library));
  }
}

async function outputOf(program: string, programArguments: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...programArguments] }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}
