import type { BlobStore } from "../protocol/ports/blob_store.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import type { Log } from "../protocol/kernel/log.ts";
import type { Random } from "../protocol/kernel/random.ts";
import type { Capabilities } from "../protocol/messages/hello.ts";
import type { Ending } from "../protocol/transport/peer.ts";
import type { Address, Transport } from "../protocol/ports/transport.ts";
import type { HostPressure } from "./host/capabilities.ts";
import type { Engine } from "./engine/engine.ts";
import type { FetchProgress } from "./executor.ts";
import type { NodeLoopEvent } from "./node_loop.ts";
import type { UpgradeOptions } from "./host/upgrader.ts";
import type { UseTimes } from "./models/use_times.ts";

/** What happens to a node that a person may want to see. */
export type NodeNews =
  | { readonly kind: "connected"; readonly master: string; readonly version: string }
  | { readonly kind: "disconnected"; readonly ending: Ending; readonly retryInMs: number }
  | NodeLoopEvent;

/** All that a node is made of. */
export interface NodeOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly nodeId: string;
  readonly name: string;
  /** Of dml. */
  readonly version: string;
  readonly token: string | null;
  readonly transport: Transport;
  /** The control address of the master; asked again before every try to connect. */
  readonly locate: (options: { signal: AbortSignal }) => Promise<Address>;
  /** The master's blobs. */
  readonly remote: BlobStore;
  /** This node's own blobs, where models stay. */
  readonly cache: BlobStore;
  /** Limit of the model files among them; 0: none. */
  readonly cacheBytes?: number;
  /** When they were last used, as it is remembered from start to start. */
  readonly useTimes?: UseTimes;
  /** The caller's to close, after the node has finished. */
  readonly engine: Engine;
  readonly capabilities: () => Capabilities;
  /** Of this host, for the heartbeat. */
  readonly pressure?: () => HostPressure;
  /** Null, or left out: whatever the master offers, this node stays what it is. */
  readonly upgrade?: UpgradeOptions | null;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly onEvent?: (news: NodeNews) => void;
}

/** A running node. */
export interface NodeHandle {
  /** Finishes what runs, for `LIMITS.drainMs` at most, says goodbye and leaves; may be called again. */
  stop(): Promise<void>;
  /** Resolves when the node has left for good: `shutting_down` when it was told to, else why no master will take it. */
  readonly finished: Promise<Ending>;
  /** Whether it left to be started again as a newer program. */
  readonly isRestartDue: boolean;
}
