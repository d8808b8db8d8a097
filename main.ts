/** The composition root. Only this file knows all three roles; it imports the one that runs. */
import type { Engines } from "./node/host/open_engines.ts";
import { SYSTEM_CLOCK } from "./protocol/kernel/clock.ts";
import { DmlError, isErrorCode } from "./protocol/kernel/errors.ts";
import { type Log, SILENT_LOG } from "./protocol/kernel/log.ts";
import { SYSTEM_RANDOM } from "./protocol/kernel/random.ts";
import { VERSION } from "./protocol/version.ts";
import { formatAddress } from "./protocol/http_api/address.ts";
import type { ClusterClient } from "./user/client/cluster_client.ts";
import type { CliCommand, JoinCommand, Presentation, ServeCommand } from "./user/cli/command.ts";
import { holdsMoreThan, isConfined, revokeAllExcept, runConfined, serveConfined } from "./user/process/confinement.ts";
import { EXIT_OK, EXIT_RESTART } from "./user/cli/exit.ts";
import { canKeepEngines, computesToo, engineCommand, engineEnvironment } from "./user/process/engine_command.ts";
import { planOf, type Task } from "./user/process/invocation_plan.ts";
import type { OwnNodeJob } from "./user/process/own_node_thread.ts";
import type { ProcessFacts } from "./user/process/process_place.ts";
import { homeOf } from "./user/process/process_facts.ts";
import { endOnBugs, reportFatalError, stopSignal } from "./user/process/process_end.ts";
import { withToken } from "./user/process/token_file.ts";
import { runUserCommand } from "./user/run.ts";
import type { Workload } from "./user/user_context.ts";
import { logOutputLoss, lossTolerantTerminal } from "./user/terminal/loss_tolerant_terminal.ts";
import { openLog } from "./user/terminal/open_log.ts";
import { openTerminal, type Terminal } from "./user/terminal/terminal.ts";

/** Task of the thread that performs a command. */
interface Job extends Task {
  /** The connection to the keeper of a node's engine processes; `null` if there is none. */
  readonly engines: Engines | null;
  /** The other end of the link between a master and the node in its process, if it has one. */
  readonly ownNode?: MessagePort | null;
}

/** Called if the keeper of engine processes ends too soon; without it, the process ends. */
interface KeeperWatch {
  readonly onLost?: (error: unknown) => void;
}

/** The ports and settings that every role needs. */
interface Surroundings extends Pick<Job, "presentation" | "facts" | "engines" | "ownNode"> {
  readonly terminal: Terminal;
  readonly log: Log;
  /** Aborts on the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** The ports and settings that a cluster in this process needs. */
type LocalSurroundings = Pick<Surroundings, "log" | "signal"> & {
  readonly presentation: Pick<Presentation, "logLevel">;
  readonly facts: Pick<ProcessFacts, "patchesEngine">;
};

const CLOCK_AND_CHANCE = { clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM };
/** True for the packed program, which users call by its name. */
const IS_PACKED = !import.meta.url.endsWith(".ts");

if (import.meta.main && isConfined()) {
  serveConfined<Job | OwnNodeJob<Engines>>((job) => "isOwnNode" in job ? computeBeside(job) : perform(job));
} else if (import.meta.main) Deno.exit(await main(Deno.args));

/** Runs a command line with only the permissions that it needs. Returns its exit code. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const { task, permissions } = await planOf(argv, { entry: import.meta.url, isPacked: IS_PACKED });
    if (computesToo(task.command)) {
      const { startOwnNode } = await import("./user/process/own_node_thread.ts");
      const options = { entry: import.meta.url, openKeeper: (on: KeeperWatch) => keeperFor(task.command, on) };
      const ownNode = await startOwnNode(task, options);
      const thread = { entry: import.meta.url, permissions, transfer: [ownNode] };
      return await runConfined<Job>({ ...task, engines: null, ownNode }, thread);
    }
    const engines = await keeperFor(task.command);
    const job = { ...task, engines };
    const thread = { entry: import.meta.url, permissions, transfer: engines ? [engines.port] : [] };
    if (holdsMoreThan(permissions)) return await runConfined<Job>(job, thread);
    revokeAllExcept(permissions);
    return await perform(job);
  } catch (error) {
    return reportFatalError(error, openTerminal({ color: null, noColor: Boolean(Deno.env.get("NO_COLOR")) }));
  }
}

/** Starts the keeper of engine processes, if `command` has one. */
async function keeperFor(command: CliCommand, watch: KeeperWatch = {}): Promise<Engines | null> {
  if (!canKeepEngines(command)) return null;
  const { openEngines } = await import("./node/host/open_engines.ts");
  return await openEngines({
    ...watch,
    command: engineCommand({ isPacked: IS_PACKED }),
    environment: engineEnvironment(),
  });
}

/** Runs the node in the process of a master, in its thread. */
async function computeBeside(job: OwnNodeJob<Engines>): Promise<number> {
  const { performOwnNode } = await import("./user/process/own_node_thread.ts");
  const { ordersAt } = await import("./protocol/host/own_node_link.ts");
  const { runBesideMaster } = await import("./node/beside_master.ts");
  return await performOwnNode(
    job,
    ({ link, ...settings }) =>
      runBesideMaster({ ...CLOCK_AND_CHANCE, ...settings, version: VERSION, orders: ordersAt(link) }),
  );
}

async function perform({ command: parsed, presentation, facts, noColor, engines, ownNode }: Job): Promise<number> {
  let log = SILENT_LOG;
  const opened = openTerminal({ color: presentation.color, noColor });
  const isRole = parsed.verb === "serve" || parsed.verb === "join";
  const terminal = isRole
    ? lossTolerantTerminal(opened, { onOutputLost: (error) => logOutputLoss(error, log) })
    : opened;
  try {
    endOnBugs(terminal);
    if (!["completions", "help", "version"].includes(parsed.verb)) log = await openLog(presentation, terminal);
    const command = await withToken(parsed, { ...facts, stdin: Deno.stdin.readable });
    return await run(command, { terminal, presentation, facts, log, engines, ownNode, signal: stopSignal() });
  } catch (error) {
    return reportFatalError(error, terminal);
  }
}

async function run(command: CliCommand, surroundings: Surroundings): Promise<number> {
  const engineOptions = { log: surroundings.log, patchesEngine: surroundings.facts.patchesEngine };
  switch (command.verb) {
    case "serve":
      return await serve(command, surroundings);
    case "join":
      return await join(command, surroundings);
    case "restore": {
      const { runRestore } = await import("./user/commands/restore.ts");
      const { restoreMaster: restore } = await import("./master/backup/restore.ts");
      const isInteractive = Deno.stdin.isTerminal();
      const home = homeOf(surroundings.facts);
      return await runRestore(command, { ...surroundings, stdin: Deno.stdin.readable, isInteractive, home, restore });
    }
    default:
      return await runUserCommand(command, {
        ...surroundings,
        ...CLOCK_AND_CHANCE,
        stdin: Deno.stdin.readable,
        progress: surroundings.presentation.progress,
        openLocal: (workload) => openLocalCluster(workload, surroundings),
        openChecks: async () =>
          (await import("./node/host/self_check.ts")).createSelfChecks({ ...engineOptions, ...CLOCK_AND_CHANCE }),
        entry: import.meta.url,
        isInteractive: Deno.stdin.isTerminal(),
        variable: (name) => surroundings.facts.sourceVariables?.[name],
        openEngine: async () => {
          const { openTrialEngine } = await import("./node/host/trial_engine.ts");
          return openTrialEngine({ ...engineOptions, ...CLOCK_AND_CHANCE, engines: surroundings.engines });
        },
      });
  }
}

async function serve(command: ServeCommand, surroundings: Surroundings): Promise<number> {
  const { terminal, presentation: { logFormat }, log, ownNode = null } = surroundings;
  const { ownNodeAt } = await import("./protocol/host/own_node_link.ts");
  const { runServe } = await import("./master/serve.ts");
  const { serveReport } = await import("./user/reports/serve_report.ts");
  await runServe({
    ...surroundings,
    ...command,
    ownNode: ownNode && ownNodeAt(ownNode, CLOCK_AND_CHANCE),
    printTokens: command.printTokens ?? terminal.isOutWatched,
    home: homeOf(surroundings.facts),
    executable: surroundings.facts.executable,
    version: VERSION,
    onReady(info) {
      const facts = { ...info, computesToo: ownNode !== null };
      terminal.out(serveReport(facts, { program: IS_PACKED ? "dml" : "deno task", color: terminal.outColor }));
      const { address, http: { port }, control: { port: controlPort } } = info;
      if (logFormat === "json") log.info("ready", { address, port, controlPort });
    },
  });
  return EXIT_OK;
}

async function join(command: JoinCommand, surroundings: Surroundings): Promise<number> {
  const { terminal, presentation: { progress }, facts, engines } = surroundings;
  const { canRestart = false, trial = null, patchesEngine } = facts;
  const { runJoin } = await import("./node/join.ts");
  const { JoinReport } = await import("./user/reports/join_report.ts");
  const report = new JoinReport({ terminal, clock: SYSTEM_CLOCK, progress });
  const { isRestartDue } = await runJoin({
    ...surroundings,
    ...CLOCK_AND_CHANCE,
    ...command,
    ...facts,
    home: homeOf(facts),
    canRestart,
    trial,
    patchesEngine,
    engines,
    version: VERSION,
    onStarted: (node) => report.started({ ...node, master: formatAddress(command.master) }),
    onProgress: (progress) => report.received(progress),
    onEvent: (news) => report.print(news),
  });
  if (isRestartDue) return EXIT_RESTART;
  report.left();
  return EXIT_OK;
}

/** Opens a master and a node in this process; all their data is in memory. */
export async function openLocalCluster(workload: Workload, surroundings: LocalSurroundings): Promise<ClusterClient> {
  const { log, signal, presentation, facts: { patchesEngine } } = surroundings;
  const parts = await localParts();
  const { startMaster, startNode, createWorkerPool, defaultWorkers, hostCapabilities, newIdentity } = parts;
  const { MemoryBlobStore, MemoryLedger, LocalClusterClient } = parts;
  const transport = new parts.MemoryTransport();
  const isRequested = (name: string) => name === workload.model || name.startsWith(`${workload.model}@`);
  const common = { ...CLOCK_AND_CHANCE, log, version: VERSION, transport };
  const master = await startMaster({
    ...common,
    // The log of a master is for operators of a cluster.
    log: presentation.logLevel === "debug" ? log : SILENT_LOG,
    control: { hostname: "master", port: 0 },
    http: null,
    sendsPicturesInline: false,
    ledger: new MemoryLedger(),
    durableBlobs: new MemoryBlobStore(),
    transientBlobs: new MemoryBlobStore(),
    catalog: parts.catalogFor(isRequested),
    credentials: null,
  });
  const workers = Math.min(workload.pictures, defaultWorkers(hostCapabilities({ workers: 1 })));
  const engine = createWorkerPool({ ...common, workers, assets: parts.assetFiles, measures: false, patchesEngine });
  const settled = Promise.withResolvers<void>();
  // If no such model exists, the first picture is refused with the right error.
  if (!master.models().some(({ name }) => isRequested(name))) settled.resolve();
  const node = startNode({
    ...common,
    identity: await newIdentity("this process"),
    token: null,
    locate: () => Promise.resolve(master.controlAddress),
    remote: master.blobs,
    cache: new MemoryBlobStore(),
    engine,
    capabilities: () => hostCapabilities({ workers }),
    onEvent(news) {
      if (news.kind === "modelReady" && isRequested(news.model)) settled.resolve();
      if (news.kind !== "modelFailed" || !isRequested(news.model)) return;
      const { code, reason } = news.failure;
      const sentence = `${news.model} cannot be loaded in this process: ${reason}`;
      settled.reject(new DmlError(isErrorCode(code) ? code : "engine_failed", sentence));
    },
  });
  const stop = () => settled.reject(new DmlError("interrupted", "Stopped before the model was loaded."));
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
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
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Imports the parts of both roles that need neither network nor disk. */
async function localParts() {
  const modules = await Promise.all([
    import("./master/master.ts"),
    import("./master/ledger/memory_ledger.ts"),
    import("./models/catalog/catalog.ts"),
    import("./node/host/capabilities.ts"),
    import("./node/host/identity.ts"),
    import("./node/engine/asset_files.ts"),
    import("./node/engine/worker_pool.ts"),
    import("./node/node.ts"),
    import("./protocol/blob/memory_blob_store.ts"),
    import("./protocol/transport/memory_transport.ts"),
    import("./user/client/local_cluster_client.ts"),
  ]);
  const [master, ledger, catalog, capabilities, identity, assets, pool, node, blobs, transport, client] = modules;
  const ofRoles = { ...master, ...ledger, ...capabilities, ...identity, ...assets, ...pool, ...node };
  return { ...ofRoles, ...catalog, ...blobs, ...transport, ...client };
}
