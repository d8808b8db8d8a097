import { backoffMs } from "../protocol/kernel/backoff.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import { asDmlError } from "../protocol/kernel/errors.ts";
import type { OwnNodeOrders } from "../protocol/host/own_node_link.ts";
import { defaultWorkers, hostCapabilities } from "./host/capabilities.ts";
import { type JoinOptions, runJoin } from "./join.ts";

/** Label of the node in the process of a master. */
export const OWN_NODE_LABEL = "master-host";

/** Longest delay before a node that has failed starts again. */
const RESTART_MAX_MS = 60_000;

/** Settings of the node in the process of a master. */
export interface BesideMasterOptions extends
  Pick<
    JoinOptions,
    "workers" | "home" | "version" | "log" | "clock" | "random" | "patchesEngine" | "engines"
  > {
  readonly orders: OwnNodeOrders;
  /** Calls `listener` for every uncaught error of this thread. */
  readonly onBug: (listener: (error: unknown) => void) => void;
}

/**
 * Runs the node in the process of a master until the master stops or an admin shuts the node down.
 * Whatever fails, the master goes on, and the node starts again after a while.
 */
export async function runBesideMaster({ orders, onBug, ...options }: BesideMasterOptions): Promise<void> {
  const { clock, random, log } = options;
  const leaving = orders.signal;
  const own = await orders.master;
  let attempt = new AbortController();
  onBug((error) => {
    log.error("The node of this master has a bug; it starts again.", { error: stackOf(error) });
    attempt.abort();
  });
  for (let failures = 1; own !== null && !leaving.aborted; failures++) {
    attempt = new AbortController();
    const isLost = () => attempt.signal.aborted;
    try {
      const signal = AbortSignal.any([leaving, attempt.signal]);
      const workers = options.workers ?? workersBesideMaster(options);
      const labels = [OWN_NODE_LABEL];
      await runJoin({
        ...options,
        ...own,
        name: null,
        labels,
        workers,
        upgrade: false,
        canRestart: false,
        trial: null,
        signal,
      });
      if (!isLost()) break;
    } catch (error) {
      const { code, message: reason } = asDmlError(error);
      log.error("The node of this master has failed; it starts again.", { code, reason });
    }
    await pause(backoffMs(failures, { random, minMs: 1_000, maxMs: RESTART_MAX_MS }), { clock, signal: leaving });
  }
  orders.left();
}

/** Returns the usual number of workers beside a master: one core is left to its own work. */
function workersBesideMaster({ engines }: Pick<JoinOptions, "engines">): number {
  const capabilities = hostCapabilities({ workers: 1, memoryBytesMax: engines?.memoryBytesMax });
  return Math.max(1, Math.min(defaultWorkers(capabilities), capabilities.cores - 1));
}

function pause(delayMs: number, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const cancel = clock.after(delayMs, resolve);
    signal.addEventListener("abort", () => {
      cancel();
      resolve();
    }, { once: true });
  });
}

function stackOf(error: unknown): unknown {
  return error instanceof Error ? error.stack : error;
}
