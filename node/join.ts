import { join } from "node:path";
import { assetFiles } from "./engine/asset_files.ts";
import { RemoteEngineLauncher } from "./engine/process/engine_launcher.ts";
import { EngineProcesses } from "./engine/process/engine_processes.ts";
import { createWorkerPool } from "./engine/worker_pool.ts";
import { baseUrlOf, formatAddress, isLoopbackHost } from "../protocol/http_api/address.ts";
import { DiskBlobStore } from "../protocol/blob/disk_blob_store.ts";
import { HttpBlobStore } from "../protocol/blob/http_blob_store.ts";
import { claimNodeDirectory, type Home, openHome } from "../protocol/host/home.ts";
import type { AllowedProgram } from "../protocol/messages/allowed_program.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../protocol/kernel/errors.ts";
import type { Log } from "../protocol/kernel/log.ts";
import type { Random } from "../protocol/kernel/random.ts";
import type { Ending } from "../protocol/transport/peer.ts";
import { splitPin } from "../protocol/security/pin.ts";
import type { Address } from "../protocol/ports/transport.ts";
import { defaultWorkers, engineBytes, hostCapabilities, hostPressure } from "./host/capabilities.ts";
import { diskPressure } from "./host/disk_pressure.ts";
import { ExecRuns } from "./exec/exec_runs.ts";
import { FileOrders } from "./files/file_orders.ts";
import { type OpenedDirectory, openFiles } from "./files/open_files.ts";
import { HttpOrderBodies } from "./files/order_bodies.ts";
import { createSelfChecks } from "./host/self_check.ts";
import type { FetchProgress } from "./executor.ts";
import type { Engines } from "./host/open_engines.ts";
import { JoinedMasters } from "./host/joined_masters.ts";
import { withIdentityAdvice } from "./host/identity_advice.ts";
import { loadIdentity } from "./host/identity.ts";
import { fetchClusterInfo } from "./connection/locate_master.ts";
import { KnownMaster } from "./connection/known_master.ts";
import { type NodeNews, startNode } from "./node.ts";
import type { OwnProgram } from "./core/judge_program.ts";
import { targetNameOf } from "../protocol/program/executable.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import { watchParent } from "./host/parent_watch.ts";
import { LoadRecord, loadRecordFile } from "./models/load_record.ts";
import { NodeLog } from "./logs/node_log.ts";
import { FileUseTimes } from "./models/use_times.ts";

/** Options of `dml join`, and the ports it uses. */
export interface JoinOptions extends OpenedDirectory {
  /** Address of the master's HTTP interface, from which the control port is fetched. */
  readonly master: Address;
  readonly token: string | null;
  /** Name of the node; `null` for its previous name, or the host name at the first start. */
  readonly name: string | null;
  /** Labels of the node. */
  readonly labels?: readonly string[];
  /** Number of workers; `null` for as many as the host can run. */
  readonly workers: number | null;
  /** Limit of the model files on disk, in bytes; 0 for no limit, `null` for the default. */
  readonly cacheBytes?: number | null;
  /** Memory that the node may use, in bytes; `null` for that of the host. */
  readonly memoryBytes?: number | null;
  /** Programs that an admin of the master may run on this host, checked; none if absent. */
  readonly allowExec?: readonly AllowedProgram[];
  /** True if the node accepts newer programs from its master. */
  readonly upgrade: boolean;
  /** True if the launcher that started this process can start a newer program. */
  readonly canRestart: boolean;
  /** Digest of this program if it is on trial, else `null`. */
  readonly trial: Digest | null;
  /** Path of the data directory. */
  readonly home: string;
  /** Version of dml. */
  readonly version: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts to make the node finish its running work and leave. */
  readonly signal: AbortSignal;
  /** False if the patch of the inference engine is turned off. */
  readonly patchesEngine?: boolean;
  /** Runs workers as processes; absent or `null` where they can only be threads. */
  readonly engines?: Engines | null;
  readonly onStarted?: (node: JoinedNode) => void;
  readonly onEvent?: (news: NodeNews) => void;
  readonly onProgress?: (progress: FetchProgress) => void;
}

/** A node that has started; the master may not have answered yet. */
export interface JoinedNode {
  readonly nodeId: string;
  readonly name: string;
  readonly workers: number;
  /** Path of the directory with its identity and its models. */
  readonly directory: string;
}

/** The reason why a node left for good, and whether it must be restarted with a newer program. */
export interface JoinEnding extends Ending {
  readonly isRestartDue: boolean;
}

/**
 * Runs a node on this host until `signal` aborts or the master shuts it down. It survives temporary
 * outages of the master and, once it was accepted, wrong answers too. Throws the reason if the
 * master refuses it before (`unauthorized`, `protocol_version`, …), `home_unusable`, or
 * `home_locked`.
 */
export async function runJoin(options: JoinOptions): Promise<JoinEnding> {
  const { clock, random } = options;
  const home = await openHome(options.home);
  const holder = { pid: Deno.pid, verb: "join", startedMs: clock.wallMs() };
  using lock = (await claimNodeDirectory(home, { holder })).lock;
  const directory = lock.path;
  const logs = await NodeLog.open(join(directory, "logs"), { clock, random, printed: options.log });
  if (options.token !== null) logs.learnSecret(options.token);
  try {
    return await runNode({ ...options, log: logs.log }, { home, directory, logs });
  } catch (error) {
    const { code, message } = asDmlError(error);
    logs.log.keptOnly("error", "The node has ended.", { code, reason: message });
    throw error;
  } finally {
    await logs.close();
  }
}

async function runNode(
  options: JoinOptions,
  { home, directory, logs }: { home: Home; directory: string; logs: NodeLog },
): Promise<JoinEnding> {
  const { master, token, labels = [], log, clock, signal, patchesEngine } = options;
  const identity = await loadIdentity(directory, { name: options.name ?? undefined, defaultName: Deno.hostname() });
  const { nodeId, name } = identity;
  const { allowExec: programs = [] } = options;
  const opened = await openFiles(options);
  const joined = await JoinedMasters.load(directory, { log });
  const address = formatAddress(master);
  let session: string | null = null;
  let recording: Promise<void> = Promise.resolve();
  const memoryBytesMax = memoryLimitOf(options);
  const workers = options.workers ?? defaultWorkers(hostCapabilities({ workers: 1, memoryBytesMax }));
  const known = new KnownMaster(join(directory, "master.json"), { address: master, token });
  const isProtected = () => known.trust !== null || isLoopbackHost(master.hostname);
  const exec = new ExecRuns({ programs, isProtected, clock, log });
  const baseUrl = baseUrlOf(master, await known.isSecure() ? known : null);
  const loads = await LoadRecord.open(loadRecordFile(join(directory, "loads.json"), { log }));
  using processes = openProcesses(options, workers);
  const { spawn, memoryBytes } = processes ?? {};
  const engine = createWorkerPool({ workers, assets: assetFiles, clock, log, patchesEngine, spawn, memoryBytes });
  const secret = token === null ? null : splitPin(token).secret;
  if (secret !== null) logs.learnSecret(secret);
  const connection = { session: () => session, trust: () => known.trust };
  using remote = new HttpBlobStore(baseUrl, connection);
  using bodies = new HttpOrderBodies(baseUrl, connection);
  try {
    const node = startNode({
      ...options,
      token: secret,
      logs,
      exec,
      files: new FileOrders({ files: opened, bodies, isProtected, log }),
      identity,
      hasJoined: joined.has(address),
      onSession: (sessionSecret) => {
        session = sessionSecret;
        recording = joined.add(address);
      },
      transport: known.transport({ clock, log }),
      pin: () => known.pin,
      locate: async ({ signal }) => {
        const trust = await known.recognise({ signal });
        const { controlPort } = await fetchClusterInfo(baseUrl, { signal, trust });
        return { hostname: master.hostname, port: controlPort };
      },
      remote,
      cache: await DiskBlobStore.open(join(directory, "blobs"), { clock }),
      cacheBytes: options.cacheBytes ?? undefined,
      loads,
      useTimes: new FileUseTimes(join(directory, "last_used.json"), { log }),
      engine,
      onEvent: (news) => {
        const isEnding = news.kind === "disconnected";
        options.onEvent?.(isEnding ? { ...news, ending: withIdentityAdvice(news.ending, identity.path) } : news);
      },
      upgrade: { own: ownProgram(options), directory: home.upgradePath, trial: options.trial },
      capabilities: () => ({
        ...hostCapabilities({ workers, memoryBytesMax }),
        ...labels.length === 0 ? {} : { labels: [...labels] },
        ...programs.length === 0 ? {} : { allowedPrograms: [...exec.names] },
        ...opened === null ? {} : { opensFiles: true as const },
      }),
      pressure: () => ({ ...hostPressure(), ...diskPressure(directory) }),
      openChecks: () => Promise.resolve(createSelfChecks({ clock, log, patchesEngine })),
    });
    options.onStarted?.({ nodeId, name, workers, directory });
    // People and services stop the launcher script, so the node ends when that script ends.
    const endWatch = options.canRestart
      ? watchParent(() => void node.stop(), { clock, parent: () => Deno.ppid })
      : () => {};
    const ending = withIdentityAdvice(await untilFinished(node, signal).finally(endWatch), identity.path);
    if (ending.code !== "shutting_down") throw new DmlError(ending.code, ending.reason, ending);
    return { ...ending, isRestartDue: node.isRestartDue };
  } finally {
    await exec.close();
    await recording;
    await engine.close();
    await loads.close();
  }
}

/** Returns the least of the memory that was named and that the system grants; infinite without either. */
function memoryLimitOf({ memoryBytes, engines }: JoinOptions): number {
  return Math.min(memoryBytes ?? Infinity, engines?.memoryBytesMax ?? Infinity);
}

/** Returns the starter of engine processes; `null`, with a warning, if workers must be threads. */
function openProcesses(options: JoinOptions, workers: number): EngineProcesses | null {
  const { engines = null, clock, log } = options;
  if (engines === null) {
    log.warn("Pictures are decoded in threads of the node, which cannot be ended while they compute.");
    return null;
  }
  const memoryBytesMax = memoryLimitOf(options);
  const launcher = new RemoteEngineLauncher(engines.port);
  const memoryBytes = engineBytes(hostCapabilities({ workers, memoryBytesMax }));
  return new EngineProcesses({ launcher, memoryBytes, clock, log });
}

function ownProgram({ version, upgrade: takesNewer, canRestart }: JoinOptions): OwnProgram {
  return { version, target: targetNameOf(Deno.build), takesNewer, canRestart };
}

async function untilFinished(node: ReturnType<typeof startNode>, signal: AbortSignal): Promise<Ending> {
  const stop = () => void node.stop();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await node.finished;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
