import { medianOf, type Rollout } from "../state/rollout.ts";
import type { MasterSettings } from "../state/settings.ts";

/** Number of answers to compare before a verdict, unless there are fewer canary pictures. */
const COMPARISONS_MAX = 10;

/** Outcome of a rollout and its reason. */
export interface Verdict {
  readonly outcome: "promoted" | "rolled_back";
  readonly reason: string;
}

/**
 * Returns the verdict on the canary pictures so far: a rollback as soon as the failures are too
 * many, a promotion once there are enough pictures, `null` if the canary must go on.
 */
export function verdictOf(rollout: Rollout, options: Pick<MasterSettings, "slownessFloorMs">): Verdict | null {
  const { answered, failed, compared, drifted, spec: { settings } } = rollout;
  const seen = answered + failed;
  if (failed / Math.max(seen, settings.canaryTasks) > settings.maxError) {
    const last = rollout.lastFailure ?? "";
    return rolledBack(`${failed} of ${seen} canary pictures failed on it. The last time: ${last}`);
  }
  const comparisons = settings.compare ? Math.min(COMPARISONS_MAX, settings.canaryTasks) : 0;
  if (drifted / Math.max(compared, comparisons, 1) > settings.maxDrift) {
    const last = rollout.lastDrift ?? "";
    return rolledBack(`${drifted} of ${compared} answers differ from those of the old version. The last one: ${last}`);
  }
  if (seen < settings.canaryTasks || compared < comparisons) return null;
  const slowness = slownessOf(rollout, options);
  if (slowness !== null) return rolledBack(slowness);
  const same = comparisons > 0 ? `, ${compared - drifted} of ${compared} compared answers were the same` : "";
  return { outcome: "promoted", reason: `${answered} of ${seen} canary pictures were answered${same}.` };
}

function slownessOf(
  { fromMs, toMs, spec: { settings: { maxSlowdown } } }: Rollout,
  { slownessFloorMs }: Pick<MasterSettings, "slownessFloorMs">,
): string | null {
  const [from, to] = [medianOf(fromMs), medianOf(toMs)];
  if (from === null || to === null || to - from <= slownessFloorMs || to <= from * maxSlowdown) return null;
  return `It takes ${to.toFixed(1)} ms a picture, the old version ${from.toFixed(1)} ms.`;
}

/** Returns the verdict on a rollout whose deadline has passed. */
export function lateVerdict(rollout: Rollout, nodes: { ready: number; wanted: number }): Verdict {
  const { stage, answered, failed, drifted, spec: { automatic, settings } } = rollout;
  const seconds = Math.round(settings.deadlineMs / 1_000);
  if (stage === "fetching" || nodes.ready < nodes.wanted) {
    return rolledBack(`After ${seconds} s ${nodes.ready} of ${nodes.wanted} nodes were ready.`);
  }
  if (stage === "testing") return rolledBack(`After ${seconds} s its own test pictures were not all answered.`);
  const seen = `In ${seconds} s there were ${answered + failed} of ${settings.canaryTasks} canary pictures`;
  // With little traffic an automatic update must still arrive if nothing speaks against it.
  if (automatic && failed === 0 && drifted === 0) return { outcome: "promoted", reason: `${seen}, all of them good.` };
  return rolledBack(`${seen}; send more, or ask for fewer with --canary-tasks.`);
}

function rolledBack(reason: string): Verdict {
  return { outcome: "rolled_back", reason };
}
