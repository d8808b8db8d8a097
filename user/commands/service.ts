import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import { dirname, join } from "node:path";
import { allocatorEnvironmentOf } from "../process/allocator_environment.ts";
import { holdingOf } from "../../protocol/host/directory_lock.ts";
import { asStorageError, removeIfThere, writeFileDurably } from "../../protocol/host/durable_file.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { JoinCommand, ServeCommand, ServiceCommand } from "../cli/command.ts";
import { ENGINE_PATCH_VARIABLE } from "../engine_patch_variable.ts";
import { EXIT_OK } from "../cli/exit.ts";
import { fileReason } from "../terminal/file_reason.ts";
import { launchdPlist } from "../service/launchd_plist.ts";
import type { ProcessFacts } from "../process/process_place.ts";
import { serviceCommandLine } from "../service/command_line.ts";
import { printable } from "../terminal/render.ts";
import { type ServiceDirectory, type ServiceFiles, serviceFiles, type ServiceRole } from "../service/service_place.ts";
import { installedText, uninstalledText } from "../service/service_text.ts";
import { environmentLine, systemdUnit } from "../service/systemd_unit.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** The context of `dml service`. */
export interface ServiceContext {
  readonly terminal: Terminal;
  readonly facts: ProcessFacts;
  readonly entry: string;
}

/** The service of one role. */
interface Service {
  readonly role: ServiceRole;
  readonly directory: ServiceDirectory;
  readonly files: ServiceFiles;
  readonly home: string;
}

const DESCRIPTIONS: Readonly<Record<ServiceRole, string>> = {
  serve: "dml master: distributes pictures to nodes",
  join: "dml node: recognises what is in pictures",
};
// deno-lint-ignore no-control-regex -- control characters would break a line of a unit
const CONTROL = /[\x00-\x1f\x7f]/;

/** Installs, removes or reports on services. Throws `usage` or `output_unwritable`. */
export async function runService(command: ServiceCommand, context: ServiceContext): Promise<number> {
  const { home, serviceDirectory: directory } = context.facts;
  invariant(home !== null && directory !== null, "a service has its directories");
  for (const role of command.roles) {
    const service = { role, directory, files: serviceFiles(role, command.level, directory), home };
    switch (command.action) {
      case "install":
        invariant(command.roleCommand !== null, "what is installed starts something");
        await install(service, { command, roleCommand: command.roleCommand, context });
        break;
      case "uninstall":
        await uninstall(service, { command, context });
        break;
      case "status":
        await report(service, { command, context });
    }
  }
  return EXIT_OK;
}

async function install(
  service: Service,
  { command, roleCommand, context }: {
    command: ServiceCommand;
    roleCommand: ServeCommand | JoinCommand;
    context: ServiceContext;
  },
): Promise<void> {
  const { role, directory: { manager, path }, files, home } = service;
  const { level } = command;
  const commandLine = serviceCommandLine(roleCommand, { ...context, level });
  const { patchesEngine = true } = context.facts;
  const environment: Record<string, string> = {
    DML_HOME: home,
    ...(!patchesEngine ? { [ENGINE_PATCH_VARIABLE]: "off" } : {}),
    ...allocatorEnvironmentOf(role),
  };
  const secrets: Record<string, string> = roleCommand.verb === "join" && roleCommand.token !== null
    ? { DML_TOKEN: roleCommand.token }
    : {};
  for (const text of [...commandLine, home, ...Object.values(secrets)]) {
    if (CONTROL.test(text)) {
      throw new DmlError(
        "usage",
        `A service cannot be given ${JSON.stringify(text)}: it contains a control character.`,
      );
    }
  }
  await writing(path, async () => {
    await Deno.mkdir(path, { recursive: true });
    if (manager === "launchd") {
      const logPath = join(home, `${role}.log`);
      const all = { ...environment, ...secrets };
      return await write(
        files.description,
        launchdPlist({ label: files.name, commandLine, environment: all, logPath }),
      );
    }
    const lines = Object.entries(secrets).map(([name, value]) => environmentLine(name, value));
    if (files.environment !== null) await removeIfThere(files.environment);
    if (files.environment !== null && lines.length > 0) await write(files.environment, lines.join(""));
    const environmentFile = lines.length > 0 ? files.environment : null;
    const description = DESCRIPTIONS[role];
    await write(files.description, systemdUnit({ level, description, commandLine, environment, environmentFile }));
    // A unit has nothing secret in it, and systemd complains of one that others cannot read.
    await Deno.chmod(files.description, 0o644);
  });
  context.terminal.out(installedText({ ...files, manager, level }));
}

async function uninstall(
  { directory: { manager, path }, files }: Service,
  { command: { level }, context: { terminal } }: { command: ServiceCommand; context: ServiceContext },
): Promise<void> {
  const wasThere = await writing(path, async () => {
    for (const file of [files.environment, files.enabled]) if (file !== null) await removeIfThere(file);
    return await removeIfThere(files.description);
  });
  if (wasThere) terminal.out(uninstalledText({ ...files, manager, level }));
  else terminal.out(`There is no ${printable(files.description)}: nothing was installed.\n`);
}

async function report(
  { role, directory: { path }, files, home }: Service,
  { command: { json }, context: { terminal } }: { command: ServiceCommand; context: ServiceContext },
): Promise<void> {
  const isInstalled = await writing(path, () => isThere(files.description));
  const startsAtBoot = isInstalled && (files.enabled === null || await writing(path, () => isThere(files.enabled!)));
  const holders = await holdersOf(role, home);
  const service = { role, installed: isInstalled, description: files.description, startsAtBoot, running: holders };
  if (json) return terminal.out(jsonLine(service));
  const where = isInstalled ? `installed as ${files.description}` : "not installed";
  const boot = !isInstalled ? "" : startsAtBoot ? ", starts at boot" : ", not enabled";
  const running = holders.length === 0 ? "not running" : holders
    .map((holder) =>
      holder === null ? "running" : `running as process ${holder.pid} since ${isoTime(holder.startedMs)}`
    )
    .join(", ");
  terminal.out(`${printable(`${role}: ${where}${boot}, ${running} (data in ${home})`)}\n`);
}

/**
 * Returns the processes that run the role on the data directory, however they were started; `null`
 * for one that is not known.
 */
async function holdersOf(role: ServiceRole, home: string) {
  const directories = role === "serve" ? [join(home, "master")] : await nodeDirectories(join(home, "nodes"));
  const holdings = await Promise.all(directories.map((directory) => holdingOf(directory)));
  return holdings.filter((holding) => holding !== null).map(({ holder }) => holder);
}

async function nodeDirectories(path: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => join(path, name)).toSorted();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw asStorageError(error, { what: path, fallback: "home_unusable" });
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function write(path: string, text: string): Promise<void> {
  await writeFileDurably(path, new TextEncoder().encode(text));
}

/** Does `work` in a directory of services. Throws `output_unwritable` if it may not be changed. */
async function writing<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new DmlError("output_unwritable", `The services in ${path} cannot be changed: ${fileReason(cause)}.`, {
      cause,
      advice: `Only root can install a service of the host; check who may write ${dirname(path)}.`,
    });
  }
}

function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
