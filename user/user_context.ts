import type { Clock } from "../protocol/kernel/clock.ts";
import type { Random } from "../protocol/kernel/random.ts";
import type { ClusterClient } from "./client/cluster_client.ts";
import type { HostChecks } from "./doctor/step.ts";
import type { TrialEngine } from "./model_import/trial.ts";
import type { ProcessFacts } from "./process/process_place.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** Ports and settings of the user role. */
export interface UserContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly progress: boolean;
  /** Opens a cluster in this process, if no master is named and none answers on this machine. */
  readonly openLocal: (workload: Workload) => Promise<ClusterClient>;
  /** Opens the checks of a node in this process. */
  readonly openChecks: () => Promise<HostChecks>;
  readonly facts: ProcessFacts;
  /** The main module of a dml process. */
  readonly entry: string;
  /** True if `stdin` is a terminal, so that questions can be asked. */
  readonly isInteractive: boolean;
  /** Returns the value of an environment variable. */
  readonly variable: (name: string) => string | undefined;
  /** Starts the engine of a node in this process, with one worker. */
  readonly openEngine: () => Promise<TrialEngine>;
}

/** The work of a cluster in this process. */
export interface Workload {
  readonly model: string;
  /** Number of pictures to recognise; more workers than pictures are useless. */
  readonly pictures: number;
}
