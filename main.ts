/** The composition root: argv -> role. Only this file knows all three roles, and it loads the one that is asked for. */
import { resolveHome } from "./protocol/home.ts";
import { SYSTEM_CLOCK } from "./protocol/kernel/clock.ts";
import { asDmlError, DmlError, isErrorCode } from "./protocol/kernel/errors.ts";
import { newId } from "./protocol/kernel/id.ts";
import { type Log, SILENT_LOG } from "./protocol/kernel/log.ts";
import { SYSTEM_RANDOM } from "./protocol/kernel/random.ts";
import { VERSION } from "./protocol/version.ts";
import { formatAddress } from "./protocol/address.ts";
import { stopSignal } from "./protocol/stop_signal.ts";
import { parseCommand } from "./user/cli.ts";
import type { ClusterClient } from "./user/cluster_client.ts";
import type { Invocation, JoinCommand, Presentation, ServeCommand } from "./user/command.ts";
import { EXIT_INTERRUPTED, EXIT_OK } from "./user/exit.ts";
import { ENVIRONMENT_NAMES } from "./user/flags.ts";
import { renderError } from "./user/render.ts";
import { type LocalWish, runUserCommand } from "./user/run.ts";
import { openTerminal, type Terminal } from "./user/terminal.ts";

/** What every role gets from here. */
interface Surroundings {
  readonly terminal: Terminal;
  readonly presentation: Presentation;
  readonly log: Log;
  /** Aborts on the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

const CLOCK_AND_CHANCE = { clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM };
/** How dml is started from its sources; the packed program is called by its name. */
const PROGRAM = Deno.mainModule.endsWith(".ts") ? "deno task" : "dml";

if (import.meta.main) Deno.exit(await main(Deno.args));

/** Runs one command line and gives its exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const environment = Object.fromEntries(ENVIRONMENT_NAMES.map((name) => [name, Deno.env.get(name)]));
  const noColor = Boolean(environment.NO_COLOR);
  let terminal = openTerminal({ color: null, noColor });
  try {
    const invocation = parseCommand(argv, environment);
    terminal = openTerminal({ color: invocation.presentation.color, noColor });
    return await run(invocation, terminal);
  } catch (error) {
    return endBy(error, terminal);
  }
}

async function run({ command, presentation }: Invocation, terminal: Terminal): Promise<number> {
  const isPlain = command.verb === "help" || command.verb === "version";
  const log = isPlain ? SILENT_LOG : await openLog(presentation, terminal);
  endOnBugs(terminal);
  const signal = stopSignal({ exitCode: EXIT_INTERRUPTED });
  const surroundings = { terminal, presentation, log, signal };
  switch (command.verb) {
    case "serve":
      return await serve(command, surroundings);
    case "join":
      return await join(command, surroundings);
    default:
      return await runUserCommand(command, {
        ...surroundings,
        ...CLOCK_AND_CHANCE,
        stdin: Deno.stdin.readable,
        progress: presentation.progress,
        openLocal: (wish) => openLocalCluster(wish, surroundings),
        isAnswered: Deno.stdin.isTerminal(),
        variable: (name) => Deno.env.get(name),
        openEngine: async () => {
          const { createWorkerPool, assetFiles: assets } = await localParts();
          return createWorkerPool({ ...CLOCK_AND_CHANCE, log, workers: 1, assets });
        },
      });
  }
}

async function serve(command: ServeCommand, surroundings: Surroundings): Promise<number> {
  const { terminal, presentation, log } = surroundings;
  const { runServe } = await import("./master/serve.ts");
  const { serveText } = await import("./user/serve_text.ts");
  await runServe({
    ...surroundings,
    ...command,
    home: homeOf(command),
    version: VERSION,
    onReady(info) {
      const { address, http, control, tokenRequired: isOpen } = info;
      terminal.out(serveText({ ...info, isOpen }, { program: PROGRAM, color: terminal.outColor }));
      if (presentation.logFormat === "json") log.info("ready", { address, port: http.port, controlPort: control.port });
    },
  });
  return EXIT_OK;
}

async function join(command: JoinCommand, surroundings: Surroundings): Promise<number> {
  const { terminal, presentation: { progress } } = surroundings;
  const { runJoin } = await import("./node/join.ts");
  const { JoinReport } = await import("./user/join_report.ts");
  const report = new JoinReport({ terminal, clock: SYSTEM_CLOCK, progress });
  await runJoin({
    ...surroundings,
    ...CLOCK_AND_CHANCE,
    ...command,
    home: homeOf(command),
    version: VERSION,
    onStarted: (node) => report.started({ ...node, master: formatAddress(command.master) }),
    onProgress: (progress) => report.received(progress),
    onEvent(news) {
      switch (news.kind) {
        case "connected":
          return report.connected();
        case "disconnected":
          return report.disconnected({ ...news, ...news.ending });
        case "recognizerReady":
          return report.ready(news);
        case "recognizerFailed":
          return report.failed({ ...news, ...news.failure });
        case "drainChanged":
          return report.draining(news.draining);
      }
    },
  });
  report.left();
  return EXIT_OK;
}

/** The same master and node as everywhere, in this process, over memory instead of a network; nothing is written to disk. */
export async function openLocalCluster(
  wish: LocalWish,
  surroundings: Pick<Surroundings, "log" | "signal"> & { presentation: Pick<Presentation, "logLevel"> },
): Promise<ClusterClient> {
  const { log, signal, presentation } = surroundings;
  const parts = await localParts();
  const { startMaster, startNode, createWorkerPool, defaultWorkers, hostCapabilities } = parts;
  const { MemoryBlobStore, MemoryLedger, LocalClusterClient } = parts;
  const transport = new parts.MemoryTransport();
  const isWished = (name: string) => name === wish.recognizer || name.startsWith(`${wish.recognizer}@`);
  const common = { ...CLOCK_AND_CHANCE, log, version: VERSION, transport };
  const master = await startMaster({
    ...common,
    // What a master says is for who runs a cluster; here nobody does.
    log: presentation.logLevel === "debug" ? log : SILENT_LOG,
    control: { hostname: "master", port: 0 },
    http: null,
    ledger: new MemoryLedger(),
    durableBlobs: new MemoryBlobStore(),
    transientBlobs: new MemoryBlobStore(),
    catalog: parts.catalogFor(isWished),
    tokens: null,
  });
  const workers = Math.min(wish.pictures, defaultWorkers(hostCapabilities({ workers: 1 })));
  const engine = createWorkerPool({ ...common, workers, assets: parts.assetFiles });
  const settled = Promise.withResolvers<void>();
  // A name that is not served is refused when it is asked for.
  if (!master.recognizers().some(({ name }) => isWished(name))) settled.resolve();
  const node = startNode({
    ...common,
    nodeId: newId("node", SYSTEM_RANDOM),
    name: "this process",
    token: null,
    locate: () => Promise.resolve(master.controlAddress),
    remote: master.blobs,
    cache: new MemoryBlobStore(),
    engine,
    capabilities: () => hostCapabilities({ workers }),
    onEvent(news) {
      if (news.kind === "recognizerReady" && isWished(news.recognizer)) settled.resolve();
      if (news.kind !== "recognizerFailed" || !isWished(news.recognizer)) return;
      const { code, reason } = news.failure;
      const sentence = `${news.recognizer} cannot be loaded in this process: ${reason}`;
      settled.reject(new DmlError(isErrorCode(code) ? code : "engine_failed", sentence));
    },
  });
  const stop = () => settled.reject(new DmlError("interrupted", "Stopped before the recognizer was loaded."));
  signal.addEventListener("abort", stop, { once: true });
  const shutDown = async () => {
    await node.stop();
    await master.stop({ graceMs: 0 });
    await engine.close();
  };
  try {
    await settled.promise;
    return new LocalClusterClient(master, shutDown);
  } catch (error) {
    await shutDown();
    throw error;
  }
}

/** Both roles, without what they need of a network and a disk. */
async function localParts() {
  const modules = await Promise.all([
    import("./master/master.ts"),
    import("./master/ledger/memory_ledger.ts"),
    import("./models/catalog/catalog.ts"),
    import("./node/capabilities.ts"),
    import("./node/engine/asset_files.ts"),
    import("./node/engine/worker_pool.ts"),
    import("./node/node.ts"),
    import("./protocol/blob/memory_blob_store.ts"),
    import("./protocol/memory_transport.ts"),
    import("./user/local_cluster_client.ts"),
  ]);
  const [master, ledger, catalog, capabilities, assets, pool, node, blobs, transport, client] = modules;
  const ofRoles = { ...master, ...ledger, ...capabilities, ...assets, ...pool, ...node };
  return { ...ofRoles, ...catalog, ...blobs, ...transport, ...client };
}

function homeOf({ home }: { home: string | null }): string {
  return home ?? resolveHome({ os: Deno.build.os, variable: (name) => Deno.env.get(name) });
}

async function openLog({ logLevel: level, logFormat: format }: Presentation, terminal: Terminal): Promise<Log> {
  const { openLog } = await import("./protocol/logtape_log.ts");
  return openLog({ level, format, color: terminal.errorColor, write: (line) => terminal.error(line) }).log;
}

/** What nobody caught is a bug, in whatever turn of events it shows. */
function endOnBugs(terminal: Terminal): void {
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    Deno.exit(endBy(event.error, terminal));
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    Deno.exit(endBy(event.reason, terminal));
  });
}

/** Says what ended the command; the exit code that goes with it. */
function endBy(error: unknown, terminal: Terminal): number {
  // Whoever read standard output, `head` for one, has had enough.
  if (error instanceof Deno.errors.BrokenPipe) return EXIT_OK;
  const known = asDmlError(error);
  terminal.status(null);
  terminal.error(renderError(known, { color: terminal.errorColor }));
  if (!(error instanceof DmlError) && error instanceof Error) {
    terminal.error(`${error.stack}
`);
  }
  return known.kind.exit;
}
