import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { ClusterClient } from "../client/cluster_client.ts";

/** One thing that dml needs. The steps are tried in order, since each builds on those before it. */
export interface DoctorStep {
  /** One word. */
  readonly name: string;
  /** Returns what was found, as a sentence. Throws what is wrong, with the way out. */
  readonly check: () => Promise<string>;
}

/** The checks that only the role that computes can make; see `node/host/self_check.ts`. */
export interface HostChecks {
  memory(): Promise<string>;
  wasm(): Promise<string>;
  workers(): Promise<string>;
}

/** The host and the cluster in this process that the steps look at. */
export interface DoctorContext {
  /** The path of the data directory. */
  readonly home: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly openChecks: () => Promise<HostChecks>;
  /** Opens a cluster in this process, as `dml predict` does. */
  readonly openLocal: (wanted: { model: string; pictures: number }) => Promise<ClusterClient>;
}
