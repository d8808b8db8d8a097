import type { Clock } from "../../../protocol/kernel/clock.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import type { Address } from "../../../protocol/ports/transport.ts";
import type { ClusterClient } from "../../client/cluster_client.ts";
import type { ModelsClient } from "../../client/models_client.ts";
import type { ModelsCommand } from "../../cli/models_command.ts";
import type { TrialEngine } from "../../model_import/trial.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import type { VersionClient } from "../../client/version_client.ts";

/** What the sub-verbs of `dml models` work with. */
export interface ModelsContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly progress: boolean;
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Whether somebody answers questions on it. */
  readonly isAnswered: boolean;
  /** Of the environment. */
  readonly variable: (name: string) => string | undefined;
  /** The master that was named, else the one on this machine. */
  readonly cluster: ClusterClient;
  readonly models: ModelsClient;
  readonly versions: VersionClient;
  /** Another master. */
  readonly openModels: (at: { address: Address; token: string | null }) => ModelsClient;
  /** The data directory; null for a sub-verb that needs none. */
  readonly home: string | null;
  /** The engine of a node, in this process. */
  readonly openEngine: () => Promise<TrialEngine>;
}

/** Runs one `dml models …`; each sub-verb loads what it needs. */
export async function runModels(command: ModelsCommand, context: ModelsContext): Promise<number> {
  switch (command.action) {
    case "list":
      return await (await import("./list.ts")).runModelsList(command, context);
    case "show":
      return await (await import("./show.ts")).runModelsShow(command, context);
    case "add":
      return await (await import("./add.ts")).runModelsAdd(command, context);
    case "push":
      return await (await import("./push.ts")).runModelsPush(command, context);
    case "test":
      return await (await import("./test_images.ts")).runModelsTest(command, context);
    default:
      return await (await import("./rollout.ts")).runRolloutAction(command, { ...context, json: command.json });
  }
}
