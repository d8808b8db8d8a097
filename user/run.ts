import { asDmlError } from "../protocol/kernel/errors.ts";
import { invariant } from "../protocol/kernel/invariant.ts";
import type { CliCommand, DoctorCommand, PredictCommand } from "./cli/command.ts";
import type { StepResult } from "./doctor/bundle.ts";
import { whileOpen } from "./client/while_open.ts";
import { askConsent, questionBefore } from "./commands/consent.ts";
import { EXIT_CLUSTER, EXIT_OK } from "./cli/exit.ts";
import type { MasterChoice } from "./cli/access/master_choice.ts";
import { ask } from "./run_asking.ts";
import type { UserContext } from "./user_context.ts";
import type { PeopleCommand } from "./cli/people_command.ts";

/** Commands of this role. */
export type UserCommand = Exclude<CliCommand, { verb: "serve" | "join" | "restore" }>;

/**
 * Runs a command and returns its exit code; throws the error that ended it. Each verb imports its
 * own modules when it runs, so that `help` starts fast.
 */
export async function runUserCommand(command: UserCommand, context: UserContext): Promise<number> {
  const question = questionBefore(command);
  if (question !== null) await askConsent(question, context);
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
    case "config": {
      const { runConfig } = await import("./commands/config.ts");
      return runConfig(command, context);
    }
    case "people":
      return await withContextNamed(command, context, () => lookAfterPeople(command, context));
    case "nodes":
    case "explain":
    case "exec":
    case "cp":
    case "ls":
    case "rm":
    case "status":
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
