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
import { askCluster } from "./connection/locate_master.ts";
import { type NodeNews, startNode } from "./node.ts";
import type { OwnProgram } from "./core/judge_program.ts";
import { targetNameOf } from "../protocol/program/executable.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import { watchParent } from "./host/parent_watch.ts";
import { FileUseTimes } from "./models/use_times.ts";

/** The command line of `dml join`, and the parts of the host that it works with. */
export interface JoinOptions {
  /** The address of the HTTP interface of the master, which tells the control port. */
  readonly master: Address;
  readonly token: string | null;
  /** `null` for the name of the last time, else that of the host. */
  readonly name: string | null;
  /** `null` for as many as the host carries. */
  readonly workers: number | null;
  /** The limit of the model files on disk; 0 for none, `null` for the usual one. */
  readonly cacheBytes?: number | null;
  /** True if the node takes newer programs from its master. */
  readonly upgrade: boolean;
  /** True if the parent process can start a newer program in place of this one. */
  readonly canRestart: boolean;
  /** The digest of this program if it is on trial. */
  readonly trial: Digest | null;
  /** Path of the data directory. */
  readonly home: string;
  /** The version of dml. */
  readonly version: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts when the node is to finish what runs and to leave. */
  readonly signal: AbortSignal;
  /** False if the engine is to be used as it was built. */
  readonly patchesEngine?: boolean;
  readonly onStarted?: (node: JoinedNode) => void;
  readonly onEvent?: (news: NodeNews) => void;
  readonly onProgress?: (progress: FetchProgress) => void;
}

/** The identity of a node that has started, before any master has answered. */
export interface JoinedNode {
  readonly nodeId: string;
  readonly name: string;
  readonly workers: number;
  /** The directory of its identity and its models. */
  readonly directory: string;
}

/** The reason for which a node left for good. */
export interface JoinEnding extends Ending {
  readonly isRestartDue: boolean;
}

/**
 * Runs a node on this host until `signal` aborts or the master shuts it down. It goes on while
 * the master cannot be reached. Throws the reason when no try can ever succeed (`unauthorized`,
 * `protocol_version`, …), `home_unusable`, `home_locked`.
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
  using remote = new HttpBlobStore(baseUrl, { token, clock });
  try {
    const node = startNode({
      ...options,
      nodeId,
      name,
      transport: new TcpTransport({ clock, log }),
      locate: async ({ signal }) => {
        const { controlPort } = await askCluster(baseUrl, { signal });
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
    // The script that waits for this node to start a newer one is all that a person, or a service,
    // knows of it.
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
