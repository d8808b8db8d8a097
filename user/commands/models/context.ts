import type { Clock } from "../../../protocol/kernel/clock.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import type { MasterChoice } from "../../cli/access/master_choice.ts";
import type { ClusterClient } from "../../client/cluster_client.ts";
import type { FleetClient } from "../../client/fleet_client.ts";
import type { ModelsClient } from "../../client/models_client.ts";
import type { TrialEngine } from "../../model_import/trial.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import type { VersionClient } from "../../client/version_client.ts";

/** Ports and settings of the sub-verbs of `dml models`. */
export interface ModelsContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly progress: boolean;
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** True if a person answers questions on `stdin`. */
  readonly isInteractive: boolean;
  /** Reads a variable of the environment. */
  readonly variable: (name: string) => string | undefined;
  /** The named master, else the one on this machine. */
  readonly cluster: ClusterClient;
  readonly models: ModelsClient;
  readonly versions: VersionClient;
  readonly fleet: FleetClient;
  /** Opens another master. */
  readonly openModels: (at: MasterChoice) => Promise<ModelsClient>;
  /** The data directory; `null` for a sub-verb that needs none. */
  readonly home: string | null;
  /** Starts the engine of a node in this process. */
  readonly openEngine: () => Promise<TrialEngine>;
}
