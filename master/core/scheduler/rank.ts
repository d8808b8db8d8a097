import type { NodeConnection, NodeModel } from "../state/state.ts";

/** Service time where nothing was measured yet, or the measurement is useless. */
const UNKNOWN_SERVICE_MS = 1_000;

/** Weight of the newest measurement in the moving average. */
const NEWEST_WEIGHT = 0.2;

/**
 * Returns the expected milliseconds from now to the result of one more task on a node that can take
 * it. This is the second stage of scheduling. If a worker is free, it is the service time;
 * otherwise `ahead - workers + 1` of the tasks there must end first, of which `workers` run at
 * once.
 */
export function expectedMs(
  connection: NodeConnection,
  options: { workers: number; serviceMs: number },
): number {
  const ahead = connection.attempts.size;
  const { workers, serviceMs } = options;
  if (ahead < workers) return serviceMs;
  const meanMs = connection.backlogMs / ahead;
  return meanMs * (ahead - workers + 1) / workers + serviceMs;
}

/** Returns the time of one task of the model on one worker of the node, as far as it is known. */
export function serviceMsOf(model: NodeModel): number {
  return model.serviceMs ?? firstServiceMs(model.imagesPerSecond);
}

/** Returns the exponentially weighted moving average after one more measurement. */
export function nextServiceMs(model: NodeModel, measuredMs: number): number {
  const beforeMs = serviceMsOf(model);
  return beforeMs + NEWEST_WEIGHT * (measuredMs - beforeMs);
}

/** Returns the service time that follows from the throughput at warm-up. */
export function firstServiceMs(imagesPerSecond: number | null): number {
  return imagesPerSecond === null || imagesPerSecond <= 0 ? UNKNOWN_SERVICE_MS : 1_000 / imagesPerSecond;
}
