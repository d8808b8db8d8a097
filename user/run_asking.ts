import type { NodesCommand, UpgradeCommand } from "./cli/command.ts";
import type { ExecCommand } from "./cli/exec/exec_command.ts";
import type { FileCommand } from "./cli/files/file_commands.ts";
import type { LogsCommand } from "./cli/logs/logs_command.ts";
import type { ExplainCommand } from "./cli/nodes/explain_command.ts";
import type { StatusCommand } from "./cli/status/status_command.ts";
import type { ModelsCommand } from "./cli/models_command.ts";
import type { FilesClient } from "./client/files_client.ts";
import type { MasterHttp } from "./client/http/master_http.ts";
import { whileOpen } from "./client/while_open.ts";
import type { UserContext } from "./user_context.ts";

/** Commands of an operator that ask a master. */
export type AskingCommand =
  | NodesCommand
  | ExplainCommand
  | ExecCommand
  | FileCommand
  | StatusCommand
  | LogsCommand
  | ModelsCommand
  | UpgradeCommand;

/** Runs `command` with an open line to its master. Returns the exit code. */
export async function ask(command: AskingCommand, context: UserContext): Promise<number> {
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
    if (command.verb === "explain") {
      const { HttpFleetClient } = await import("./client/http/fleet.ts");
      const { runExplain } = await import("./commands/fleet/explain.ts");
      return await runExplain(command, { ...context, fleet: new HttpFleetClient(http) });
    }
    if (command.verb === "exec") {
      const { HttpClusterClient } = await import("./client/http/cluster.ts");
      const { HttpExecClient } = await import("./client/http/exec.ts");
      const { runExec } = await import("./commands/exec/exec.ts");
      const [cluster, exec] = [new HttpClusterClient(http), new HttpExecClient(http)];
      return await runExec(command, { ...context, cluster, exec });
    }
    if (command.verb === "cp" || command.verb === "ls" || command.verb === "rm") {
      const { HttpClusterClient } = await import("./client/http/cluster.ts");
      const { HttpFilesClient } = await import("./client/http/files.ts");
      const { runFiles } = await import("./commands/files/files.ts");
      const [cluster, files] = [new HttpClusterClient(http), new HttpFilesClient(http)];
      const afterwards = (work: (files: FilesClient) => Promise<void>) => briefly(command, { ...context, work });
      return await runFiles(command, { ...context, ...context.facts, cluster, files, afterwards });
    }
    if (command.verb === "status") {
      const { HttpStatusClient } = await import("./client/http/status.ts");
      const { runStatus } = await import("./commands/status.ts");
      return await runStatus(command, { ...context, client: new HttpStatusClient(http) });
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

/** Time for what is left to say to a master after an interruption. */
const BRIEFLY_MS = 2_000;

/** Runs `work` with a client that is closed soon, whatever became of it. */
async function briefly(
  command: FileCommand,
  { work, clock, ...context }: UserContext & { work: (files: FilesClient) => Promise<void> },
): Promise<void> {
  const { HttpFilesClient } = await import("./client/http/files.ts");
  const { openMasterHttp } = await import("./client/open_cluster.ts");
  const { signal: _, ...rest } = context;
  using http = await openMasterHttp({ ...rest, ...command, clock, outageMs: 0 });
  const cancel = clock.after(BRIEFLY_MS, () => http.close());
  await work(new HttpFilesClient(http)).finally(cancel);
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
