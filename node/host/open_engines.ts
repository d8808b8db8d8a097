import { fileURLToPath } from "node:url";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { serveLauncher } from "../engine/process/engine_launcher.ts";
import { WORKER_URL } from "../engine/worker_url.ts";
import { EngineKeeper, type EngineKeeperOptions } from "./engine_keeper.ts";

/** A connection to the keeper of engine processes, which can be posted to the thread of the role. */
export interface Engines {
  readonly port: MessagePort;
  /** Memory that the system grants the node and its engines, in bytes; `null` if all. */
  readonly memoryBytesMax: number | null;
}

/**
 * Starts the keeper of engine processes, which needs the permission to run a shell: the only one
 * that is used before all are given up. The role can ask the keeper to start and kill engines.
 * Returns `null` if the keeper cannot be started here, as on a host without `/dev/null`.
 */
export async function openEngines(
  { onLost, ...options }: Omit<EngineKeeperOptions, "module"> & {
    /** Called if the keeper ends too soon; without it, the process ends. */
    readonly onLost?: (error: DmlError) => void;
  },
): Promise<Engines | null> {
  const keeper = await EngineKeeper.open({ ...options, module: fileURLToPath(WORKER_URL) });
  if (keeper === null) return null;
  const { port1, port2 } = new MessageChannel();
  serveLauncher(port2, keeper);
  void keeper.lost.then(() => {
    const error = new DmlError("internal", "The shell that keeps the engine processes has ended.");
    if (onLost !== undefined) return onLost(error);
    // Uncaught on purpose: a node without its keeper cannot end an engine, so it must end itself.
    throw error;
  });
  return { port: port1, memoryBytesMax: keeper.memoryBytesMax };
}
