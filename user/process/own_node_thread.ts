import { EXIT_OK } from "../cli/exit.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { openLog } from "../terminal/open_log.ts";
import { openTerminal } from "../terminal/terminal.ts";
import { runBeside, type ThreadOptions } from "./confinement.ts";
import { computesToo } from "./engine_command.ts";
import type { Task } from "./invocation_plan.ts";
import { ownNodeHome, ownNodePermissions } from "./permission_rows/own_node_permissions.ts";
import { onBug, reportFatalError } from "./process_end.ts";
import { homeOf } from "./process_facts.ts";

/** The connection to the keeper of engine processes. */
interface Keeper {
  readonly port: MessagePort;
}

/** Task of the thread of the node in a master's process. */
export interface OwnNodeJob<Engines> extends Task {
  readonly engines: Engines | null;
  readonly ownNode: MessagePort;
  readonly isOwnNode: true;
}

/** Facts about the node that its thread tells the role. */
export interface OwnNodeSettings {
  /** The node's end of its link with the master. */
  readonly link: MessagePort;
  readonly workers: number | null;
  readonly home: string;
  readonly log: Log;
  readonly patchesEngine?: boolean;
  readonly onBug: typeof onBug;
}

/** Starts the thread of the node in a master's process. Returns the master's end of their link. */
export async function startOwnNode<Engines extends Keeper>(
  task: Task,
  { entry, openKeeper }: Pick<ThreadOptions, "entry"> & {
    openKeeper: (options: { onLost: (error: unknown) => void }) => Promise<Engines | null>;
  },
): Promise<MessagePort> {
  const { command, facts, noColor } = task;
  if (!computesToo(command)) throw new TypeError(`${command.verb} has no node of its own`);
  let end = () => {};
  const onFailure = (error: unknown) => {
    end();
    reportFatalError(error, openTerminal({ color: null, noColor }));
  };
  const engines = await openKeeper({ onLost: onFailure });
  const { port1, port2 } = new MessageChannel();
  const job: OwnNodeJob<Engines> = { ...task, engines, ownNode: port2, isOwnNode: true };
  const transfer = engines === null ? [port2] : [port2, engines.port];
  end = runBeside(job, { entry, permissions: ownNodePermissions(command, facts), transfer, onFailure });
  return port1;
}

/** Runs the node with `run`, in its thread. Returns the exit code of the thread. */
export async function performOwnNode<Engines>(
  { command, presentation, facts, noColor, engines, ownNode: link }: OwnNodeJob<Engines>,
  run: (settings: OwnNodeSettings & { engines: Engines | null }) => Promise<void>,
): Promise<number> {
  // The log of the master tells what becomes of its nodes.
  const logLevel = presentation.logLevel === "info" ? "warn" : presentation.logLevel;
  const log = await openLog({ ...presentation, logLevel }, openTerminal({ color: presentation.color, noColor }));
  await run({
    link,
    workers: computesToo(command) ? command.workers : null,
    home: ownNodeHome(homeOf(facts)),
    log: log.with({ node: "of this master" }),
    patchesEngine: facts.patchesEngine,
    onBug,
    engines,
  });
  return EXIT_OK;
}
