import type { BlobStore } from "../protocol/ports/blob_store.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import type { Log } from "../protocol/kernel/log.ts";
import type { Random } from "../protocol/kernel/random.ts";
import type { Capabilities } from "../protocol/messages/hello.ts";
import type { Ending } from "../protocol/transport/peer.ts";
import type { Address, Transport } from "../protocol/ports/transport.ts";
import type { HostPressure } from "./host/capabilities.ts";
import type { NodeIdentity } from "./host/identity.ts";
import type { Engine } from "./engine/engine.ts";
import type { FetchProgress } from "./executor.ts";
import type { FileOrders } from "./files/file_orders.ts";
import type { NodeLoopEvent } from "./node_loop.ts";
import type { ExecRuns } from "./exec/exec_runs.ts";
import type { SelfChecks } from "./host/self_check.ts";
import type { UpgradeOptions } from "./host/upgrader.ts";
import type { LoadRecord } from "./models/load_record.ts";
import type { NodeLog } from "./logs/node_log.ts";
import type { UseTimes } from "./models/use_times.ts";

/** Events of a node that may interest a user. */
export type NodeNews =
  | { readonly kind: "connected"; readonly master: string; readonly version: string }
  | {
    readonly kind: "disconnected";
    readonly ending: Ending;
    readonly retryInMs: number;
    /** True if the master refused the node for the same reason within the last minute. */
    readonly isRepeated: boolean;
  }
  | NodeLoopEvent;

/** Settings of a node, and the adapters it is composed of. */
export interface NodeOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly identity: NodeIdentity;
  /** Version of dml. */
  readonly version: string;
  /** Token that lets the node in if the master does not know its key; `null` if it has none. */
  readonly token: string | null;
  readonly transport: Pick<Transport, "connect">;
  /** Returns the control address of the master; called before every attempt to connect. */
  readonly locate: (options: { signal: AbortSignal }) => Promise<Address>;
  /**
   * Returns the pin of the authority by which the master was recognised; absent or empty without
   * TLS.
   */
  readonly pin?: () => string;
  /** The blob store of the master. */
  readonly remote: BlobStore;
  /** The blob store of this node, in which models are kept. */
  readonly cache: BlobStore;
  /** Limit of the model files in `cache`, in bytes; 0 for no limit. */
  readonly cacheBytes?: number;
  /** Times at which the model files were last used, kept between starts. */
  readonly useTimes?: UseTimes;
  /** Record of the models that brought down a worker or the node; kept in memory if absent. */
  readonly loads?: LoadRecord;
  /** The inference engine. The caller must close it after the node has finished. */
  readonly engine: Engine;
  readonly capabilities: () => Capabilities;
  /** Returns the load of this host, for the heartbeat. */
  readonly pressure?: () => HostPressure;
  /**
   * Settings of upgrades; `null` or absent if the node declines every program that the master
   * offers.
   */
  readonly upgrade?: UpgradeOptions | null;
  /** Sends the log of this node to the master; absent if it is not sent. */
  readonly logs?: Pick<NodeLog, "positioned" | "disconnected">;
  /** True if the same master accepted an earlier process of this node; false if absent. */
  readonly hasJoined?: boolean;
  /** Called with the secret of the HTTP requests each time that the master accepts the node. */
  readonly onSession?: (secret: string) => void;
  /** Opens the checks of this host, which an admin may order; absent if there are none. */
  readonly openChecks?: () => Promise<SelfChecks>;
  /** Programs that an admin may run on this host; the caller closes it. None if absent. */
  readonly exec?: ExecRuns;
  /** Orders about the files of this host; the caller closes what it opened. None if absent. */
  readonly files?: FileOrders;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly onEvent?: (news: NodeNews) => void;
}

/** A running node. */
export interface NodeHandle {
  /**
   * Finishes the running work, for at most `LIMITS.drainMs`, says goodbye and leaves. Idempotent.
   */
  stop(): Promise<void>;
  /**
   * Resolves once the node has left for good: with `shutting_down` if it was stopped, else with the
   * reason why the master refused a node that it had never accepted.
   */
  readonly finished: Promise<Ending>;
  /** True if the node left to be started again with a newer program. */
  readonly isRestartDue: boolean;
}
