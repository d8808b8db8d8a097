import type { NodeConnection, NodeModel } from "../state/state.ts";

/** What a task takes where nothing was measured yet, or where the measure says nothing. */
const UNKNOWN_SERVICE_MS = 1_000;

/** How much the newest measurement counts in the moving average. */
const NEWEST_WEIGHT = 0.2;

/**
 * The second stage: milliseconds from now to the result of one more task on a node that can take it.
 * With a free worker that is the service time; else first `ahead - workers + 1` of the tasks there must end, of which
 * `workers` run at once.
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

/** What one task of the model takes on one worker of the node, as far as is known. */
export function serviceMsOf(model: NodeModel): number {
  return model.serviceMs ?? firstServiceMs(model.imagesPerSecond);
}

/** The moving average after one more measurement (exponentially weighted). */
export function nextServiceMs(model: NodeModel, measuredMs: number): number {
  const beforeMs = serviceMsOf(model);
  return beforeMs + NEWEST_WEIGHT * (measuredMs - beforeMs);
}

/** The service time that a node's warm-up promises. */
export function firstServiceMs(imagesPerSecond: number | null): number {
  return imagesPerSecond === null || imagesPerSecond <= 0 ? UNKNOWN_SERVICE_MS : 1_000 / imagesPerSecond;
}
