import type { Clock } from "../protocol/kernel/clock.ts";
import { asDmlError } from "../protocol/kernel/errors.ts";
import { invariant } from "../protocol/kernel/invariant.ts";
import type { Random } from "../protocol/kernel/random.ts";
import type { ClusterClient } from "./client/cluster_client.ts";
import type { CliCommand, DoctorCommand, NodesCommand, PredictCommand, UpgradeCommand } from "./cli/command.ts";
import type { StepResult } from "./doctor/bundle.ts";
import type { HostChecks } from "./doctor/step.ts";
import type { MasterHttp } from "./client/http/master_http.ts";
import type { LogsCommand } from "./cli/logs/logs_command.ts";
import type { ModelsCommand } from "./cli/models_command.ts";
import type { TrialEngine } from "./model_import/trial.ts";
import { EXIT_CLUSTER, EXIT_OK } from "./cli/exit.ts";
import type { MasterChoice } from "./cli/access/master_choice.ts";
import type { ProcessFacts } from "./process/permissions.ts";
import type { PeopleCommand } from "./cli/people_command.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** Commands of this role. */
export type UserCommand = Exclude<CliCommand, { verb: "serve" | "join" | "restore" }>;

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

/**
 * Runs a command and returns its exit code; throws the error that ended it. Each verb imports its
 * own modules when it runs, so that `help` starts fast.
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
      return await withContextNamed(command, context, () => predict(command, context));
    case "doctor":
      return await withContextNamed(command, context, () => examine(command, context));
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
      return await withContextNamed(command, context, () => lookAfterPeople(command, context));
    case "nodes":
    case "logs":
    case "models":
    case "upgrade":
      return await withContextNamed(command, context, () => ask(command, context));
    case "token":
    case "audit": {
      const { runAccess } = await import("./commands/access/access.ts");
      return await withContextNamed(command, context, () => runAccess(command, { ...context, whileOpen }));
    }
    case "backup": {
      const { openMasterHttp } = await import("./client/open_cluster.ts");
      const { runBackup } = await import("./commands/backup.ts");
      const http = await openMasterHttp({ ...context, ...command });
      return await withContextNamed(
        command,
        context,
        () => whileOpen(http, context, () => runBackup(command, { ...context, http })),
      );
    }
    case "ca": {
      const { runCa } = await import("./commands/access/ca.ts");
      const { recognise } = await import("./client/open_cluster.ts");
      return await withContextNamed(
        command,
        context,
        () => runCa(command, { ...context, recognise: () => recognise({ ...context, ...command }) }),
      );
    }
    case "login":
    case "context": {
      const { runOwnAccess } = await import("./commands/access/access.ts");
      return await runOwnAccess(command, { ...context, whileOpen });
    }
  }
}

async function lookAfterPeople(command: PeopleCommand, context: UserContext): Promise<number> {
  const { HttpClusterClient } = await import("./client/http/cluster.ts");
  const { HttpPeopleClient } = await import("./client/http/people.ts");
  const { runPeople } = await import("./commands/people/people.ts");
  const { openPatiently } = await import("./client/open_patiently.ts");
  const http = await openPatiently(command, context);
  const people = new HttpPeopleClient(http);
  const cluster = new HttpClusterClient(http);
  return await whileOpen(http, context, () => runPeople(command, { ...context, cluster, people }));
}

type AskingCommand = NodesCommand | LogsCommand | ModelsCommand | UpgradeCommand;

async function ask(command: AskingCommand, context: UserContext): Promise<number> {
  const { openPatiently } = await import("./client/open_patiently.ts");
  // `logs` waits for its master by itself, as long as it takes.
  const http = await openPatiently(command.verb === "logs" ? { ...command, outageMs: 0 } : command, context);
  return await whileOpen(http, context, async () => {
    if (command.verb === "nodes") {
      const { HttpClusterClient } = await import("./client/http/cluster.ts");
      const { HttpFleetClient } = await import("./client/http/fleet.ts");
      const { runNodes } = await import("./commands/nodes.ts");
      const [cluster, fleet] = [new HttpClusterClient(http), new HttpFleetClient(http)];
      return await runNodes(command, { ...context, cluster, fleet });
    }
    if (command.verb === "logs") {
      const { HttpLogsClient } = await import("./client/http/logs.ts");
      const { runLogs } = await import("./commands/logs.ts");
      return await runLogs(command, { ...context, logs: new HttpLogsClient(http) });
    }
    if (command.verb === "upgrade") {
      const { HttpProgramClient } = await import("./client/http/programs.ts");
      const { runUpgrade } = await import("./commands/upgrade.ts");
      return await runUpgrade(command, { ...context, programs: new HttpProgramClient(http) });
    }
    return await models(command, { ...context, http });
  });
}

/** Runs `work`. If the master could not be asked, standard error says which context named it. */
async function withContextNamed(
  { context }: MasterChoice,
  { terminal }: Pick<UserContext, "terminal">,
  work: () => Promise<number>,
): Promise<number> {
  let exitCode: number = EXIT_CLUSTER;
  try {
    exitCode = await work();
    return exitCode;
  } catch (error) {
    exitCode = asDmlError(error).kind.exit;
    throw error;
  } finally {
    if (context !== undefined && exitCode === EXIT_CLUSTER) {
      terminal.error(`The master and the token are those of the context ${context}; \`dml context list\` lists all.\n`);
    }
  }
}

/**
 * Runs `work` and closes `http` afterwards, or as soon as `signal` aborts: its requests then end as
 * `interrupted`.
 */
async function whileOpen(
  http: MasterHttp,
  { signal }: Pick<UserContext, "signal">,
  work: () => Promise<number>,
): Promise<number> {
  const stop = () => http.close();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await work();
  } finally {
    signal.removeEventListener("abort", stop);
    http.close();
  }
}

async function examine(command: DoctorCommand, context: UserContext): Promise<number> {
  const { runDoctor } = await import("./commands/doctor.ts");
  const { doctorSteps } = await import("./doctor/steps.ts");
  const { home } = context.facts;
  invariant(home !== null, "the doctor looks at a data directory");
  const results: StepResult[] = [];
  const steps = doctorSteps(command, { ...context, home });
  const exitCode = await runDoctor(command, { ...context, steps, onStep: (result) => void results.push(result) });
  if (command.bundle === null) return exitCode;
  const { writeBundle } = await import("./doctor/bundle.ts");
  await writeBundle(command.bundle, { ...context, command, home, steps: results });
  context.terminal.error(`${command.bundle} holds the results, without tokens, keys, addresses and names.\n`);
  return exitCode;
}

async function models(command: ModelsCommand, context: UserContext & { http: MasterHttp }): Promise<number> {
  const { runModels } = await import("./commands/models/models.ts");
  const { HttpClusterClient } = await import("./client/http/cluster.ts");
  const { HttpModelsClient } = await import("./client/http/models.ts");
  const { HttpFleetClient } = await import("./client/http/fleet.ts");
  const { HttpVersionClient } = await import("./client/http/versions.ts");
  const { openMasterHttp } = await import("./client/open_cluster.ts");
  const { http, facts: { home } } = context;
  return await runModels(command, {
    ...context,
    home,
    cluster: new HttpClusterClient(http),
    models: new HttpModelsClient(http, context),
    versions: new HttpVersionClient(http),
    fleet: new HttpFleetClient(http),
    openModels: async (at) => new HttpModelsClient(await openMasterHttp({ ...context, ...at }), context),
  });
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
        onRetry: retryNotice(announce, command),
      }),
  });
}
