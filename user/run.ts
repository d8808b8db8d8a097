import type { Clock } from "../protocol/kernel/clock.ts";
import { invariant } from "../protocol/kernel/invariant.ts";
import type { Random } from "../protocol/kernel/random.ts";
import type { ClusterClient } from "./client/cluster_client.ts";
import type { CliCommand, DoctorCommand, NodesCommand, PredictCommand, UpgradeCommand } from "./cli/command.ts";
import type { HttpClusterClient } from "./client/http/cluster.ts";
import type { HostChecks } from "./doctor/step.ts";
import type { ModelsCommand } from "./cli/models_command.ts";
import type { TrialEngine } from "./model_import/trial.ts";
import { EXIT_OK } from "./cli/exit.ts";
import type { ProcessFacts } from "./process/permissions.ts";
import type { PeopleCommand } from "./cli/people_command.ts";
import type { Terminal } from "./terminal/terminal.ts";
import type { Address } from "../protocol/ports/transport.ts";

/** Commands of this role. */
export type UserCommand = Exclude<CliCommand, { verb: "serve" | "join" }>;

/** Ports and settings of the role. */
export interface UserContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly progress: boolean;
  /** Opens a cluster in this process, if no master was named and none answers here. */
  readonly openLocal: (wanted: LocalWish) => Promise<ClusterClient>;
  /** Opens the checks of a node in this process. */
  readonly openChecks: () => Promise<HostChecks>;
  readonly facts: ProcessFacts;
  /** The main module of a dml process. */
  readonly entry: string;
  /** True if a person answers questions on `stdin`. */
  readonly isAnswered: boolean;
  /** Reads a variable of the environment. */
  readonly variable: (name: string) => string | undefined;
  /** Starts the engine of a node in this process, with one worker. */
  readonly openEngine: () => Promise<TrialEngine>;
}

/** The purpose of a cluster in this process. */
export interface LocalWish {
  readonly model: string;
  /** Number of pictures to recognise; more workers than that are of no use. */
  readonly pictures: number;
}

/**
 * Runs a verb and returns its exit code; throws the error that ended it. Each verb loads its own
 * modules, so that help comes at once.
 */
export async function runUserCommand(command: UserCommand, context: UserContext): Promise<number> {
  switch (command.verb) {
    case "help": {
      const { runHelp } = await import("./commands/help.ts");
      return await runHelp(command, context);
    }
    case "version": {
      const { versionText } = await import("./commands/version.ts");
      context.terminal.out(versionText());
      return EXIT_OK;
    }
    case "predict":
      return await predict(command, context);
    case "doctor":
      return await examine(command, context);
    case "service": {
      const { runService } = await import("./commands/service.ts");
      return await runService(command, context);
    }
    case "completions": {
      const { completionText } = await import("./completion/completion_text.ts");
      context.terminal.out(completionText(command.shell));
      return EXIT_OK;
    }
    case "people":
      return await lookAfterPeople(command, context);
    case "nodes":
    case "models":
    case "upgrade":
      return await ask(command, context);
  }
}

async function lookAfterPeople(command: PeopleCommand, context: UserContext): Promise<number> {
  const { openPeople } = await import("./client/open_cluster.ts");
  const { runPeople } = await import("./commands/people/people.ts");
  const { retryNotice } = await import("./client/retry/retry_notice.ts");
  const onRetry = retryNotice((sentences) => context.terminal.error(`${sentences}\n`));
  const { cluster, people } = openPeople({ ...context, ...command, onRetry });
  return await whileOpen(cluster, context, () => runPeople(command, { ...context, cluster, people }));
}

async function ask(command: NodesCommand | ModelsCommand | UpgradeCommand, context: UserContext): Promise<number> {
  const { openRemoteCluster } = await import("./client/open_cluster.ts");
  const cluster = openRemoteCluster({ ...context, ...command });
  return await whileOpen(cluster, context, async () => {
    if (command.verb === "nodes") {
      const { runNodes } = await import("./commands/nodes.ts");
      return await runNodes(command, { ...context, cluster });
    }
    if (command.verb === "upgrade") {
      const { runUpgrade } = await import("./commands/upgrade.ts");
      return await runUpgrade(command, { ...context, programs: cluster.programs });
    }
    return await models(command, { ...context, cluster });
  });
}

/**
 * Closes `cluster` after `work`, or when `signal` aborts: requests under way then end as
 * `interrupted`.
 */
async function whileOpen(
  cluster: Pick<ClusterClient, "close">,
  { signal }: Pick<UserContext, "signal">,
  work: () => Promise<number>,
): Promise<number> {
  const stop = () => void cluster.close();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await work();
  } finally {
    signal.removeEventListener("abort", stop);
    await cluster.close();
  }
}

async function examine(command: DoctorCommand, context: UserContext): Promise<number> {
  const { runDoctor } = await import("./commands/doctor.ts");
  const { doctorSteps } = await import("./doctor/steps.ts");
  const { home } = context.facts;
  invariant(home !== null, "the doctor looks at a data directory");
  return await runDoctor(command, { ...context, steps: doctorSteps(command, { ...context, home }) });
}

async function models(command: ModelsCommand, context: UserContext & { cluster: HttpClusterClient }): Promise<number> {
  const { runModels } = await import("./commands/models/models.ts");
  const { HttpModelsClient } = await import("./client/http/models.ts");
  const { DEFAULT_MASTER } = await import("./client/default_master.ts");
  const openModels = (at: { address: Address; token: string | null }) => new HttpModelsClient({ ...context, ...at });
  const client = openModels({ address: command.master ?? DEFAULT_MASTER, token: command.token });
  const { cluster } = context;
  try {
    return await runModels(command, {
      ...context,
      openModels,
      home: context.facts.home,
      models: client,
      versions: cluster.versions,
    });
  } finally {
    await client.close();
  }
}

async function predict(command: PredictCommand, context: UserContext): Promise<number> {
  const { runPredict } = await import("./commands/predict.ts");
  const { openClusterForPictures } = await import("./client/open_cluster.ts");
  const { retryNotice } = await import("./client/retry/retry_notice.ts");
  const announce = (sentence: string) => context.terminal.error(`${sentence}\n`);
  return await runPredict(command, {
    ...context,
    openCluster: (pictures) =>
      openClusterForPictures({
        ...context,
        ...command,
        openLocal: () => context.openLocal({ model: command.model, pictures }),
        announce,
        onRetry: retryNotice(announce),
      }),
  });
}
