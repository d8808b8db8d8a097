import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { ClusterClient } from "../client/cluster_client.ts";

/** One check of the doctor. Steps run in order, since each builds on those before it. */
export interface DoctorStep {
  /** One word. */
  readonly name: string;
  /** Returns the finding as a sentence. Throws the problem, with the way out as its advice. */
  readonly check: () => Promise<string>;
}

/** The checks that only the role that computes can make; see `node/host/self_check.ts`. */
export interface HostChecks {
  memory(): Promise<string>;
  wasm(): Promise<string>;
  workers(): Promise<string>;
}

/** Ports and settings of the steps. */
export interface DoctorContext {
  /** Path of the data directory. */
  readonly home: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly openChecks: () => Promise<HostChecks>;
  /** Opens a cluster in this process, as `dml predict` does. */
  readonly openLocal: (wanted: { model: string; pictures: number }) => Promise<ClusterClient>;
}
