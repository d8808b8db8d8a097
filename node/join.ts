import { join } from "node:path";
import { assetFiles } from "./engine/asset_files.ts";
import { createWorkerPool } from "./engine/worker_pool.ts";
import { baseUrlOf } from "../protocol/http_api/address.ts";
import { DiskBlobStore } from "../protocol/blob/disk_blob_store.ts";
import { HttpBlobStore } from "../protocol/blob/http_blob_store.ts";
import { claimNodeDirectory, openHome } from "../protocol/host/home.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import type { Log } from "../protocol/kernel/log.ts";
import type { Random } from "../protocol/kernel/random.ts";
import type { Ending } from "../protocol/transport/peer.ts";
import { TcpTransport } from "../protocol/transport/tcp_transport.ts";
import type { Address } from "../protocol/ports/transport.ts";
import { defaultWorkers, hostCapabilities } from "./host/capabilities.ts";
import type { FetchProgress } from "./executor.ts";
import { loadIdentity } from "./host/identity.ts";
import { fetchClusterInfo } from "./connection/locate_master.ts";
import { type NodeNews, startNode } from "./node.ts";
import type { OwnProgram } from "./core/judge_program.ts";
import { targetNameOf } from "../protocol/program/executable.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import { watchParent } from "./host/parent_watch.ts";
import { FileUseTimes } from "./models/use_times.ts";

/** Options of `dml join`, and the ports it uses. */
export interface JoinOptions {
  /** Address of the master's HTTP interface, from which the control port is fetched. */
  readonly master: Address;
  readonly token: string | null;
  /** Name of the node; `null` for its previous name, or the host name at the first start. */
  readonly name: string | null;
  /** Number of workers; `null` for as many as the host can run. */
  readonly workers: number | null;
  /** Limit of the model files on disk, in bytes; 0 for no limit, `null` for the default. */
  readonly cacheBytes?: number | null;
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
  const { master, token, log, clock, random, signal, patchesEngine } = options;
  const home = await openHome(options.home);
  const holder = { pid: Deno.pid, verb: "join", startedMs: clock.wallMs() };
  using lock = (await claimNodeDirectory(home, { holder })).lock;
  const directory = lock.path;
  const { nodeId, name } = await loadIdentity(directory, {
    name: options.name ?? undefined,
    defaultName: Deno.hostname(),
    random,
  });
  const workers = options.workers ?? defaultWorkers(hostCapabilities({ workers: 1 }));
  const baseUrl = baseUrlOf(master);
  const engine = createWorkerPool({ workers, assets: assetFiles, clock, log, patchesEngine });
  using remote = new HttpBlobStore(baseUrl, { token });
  try {
    const node = startNode({
      ...options,
      nodeId,
      name,
      transport: new TcpTransport({ clock, log }),
      locate: async ({ signal }) => {
        const { controlPort } = await fetchClusterInfo(baseUrl, { signal });
        return { hostname: master.hostname, port: controlPort };
      },
      remote,
      cache: await DiskBlobStore.open(join(directory, "blobs"), { clock }),
      cacheBytes: options.cacheBytes ?? undefined,
      useTimes: new FileUseTimes(join(directory, "last_used.json"), { log }),
      engine,
      upgrade: { own: ownProgram(options), directory: home.upgradePath, trial: options.trial },
      capabilities: () => hostCapabilities({ workers }),
    });
    options.onStarted?.({ nodeId, name, workers, directory });
    // People and services stop the launcher script, so the node ends when that script ends.
    const endWatch = options.canRestart
      ? watchParent(() => void node.stop(), { clock, parent: () => Deno.ppid })
      : () => {};
    const ending = await untilFinished(node, signal).finally(endWatch);
    if (ending.code !== "shutting_down") throw new DmlError(ending.code, ending.reason, ending);
    return { ...ending, isRestartDue: node.isRestartDue };
  } finally {
    await engine.close();
  }
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
