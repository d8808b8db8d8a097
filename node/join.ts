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

/** The options of `dml join` and what it works with. */
export interface JoinOptions {
  /** The address of the master's HTTP interface, which also tells the control port. */
  readonly master: Address;
  readonly token: string | null;
  /** The name of the node; `null` for the one it had before, or else the name of the host. */
  readonly name: string | null;
  /** The number of workers; `null` for as many as the host carries. */
  readonly workers: number | null;
  /** The limit of the model files on its disk, 0 for none; `null` for the default. */
  readonly cacheBytes?: number | null;
  /** True if it takes newer programs from its master. */
  readonly upgrade: boolean;
  /** True if whatever started it can start a newer program. */
  readonly canRestart: boolean;
  /** The digest of this program if it is on trial; `null` if it is not. */
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

/** A node that has started, before any master has answered. */
export interface JoinedNode {
  readonly nodeId: string;
  readonly name: string;
  readonly workers: number;
  /** The path of the directory with its identity and its models. */
  readonly directory: string;
}

/** The reason that a node left for good, and if it is to be started again as a newer program. */
export interface JoinEnding extends Ending {
  readonly isRestartDue: boolean;
}

/**
 * Runs a node on this host until `signal` aborts or the master shuts it down, and goes on when the
 * master cannot be reached for a while. Throws the reason if no try can ever succeed
 * (`unauthorized`, `protocol_version`, …), `home_unusable`, `home_locked`.
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
    // The script that started this node is what people and services stop, so the node ends with it.
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
