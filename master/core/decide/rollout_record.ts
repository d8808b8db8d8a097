import { truncatedToHundredths } from "../../../models/pipelines/rounded.ts";
import type { LineageListing, RolloutRecord, RolloutStage } from "../../../protocol/http_api/rollout_api.ts";
import { clipReason } from "../../../protocol/kernel/clip.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import { versionsOf } from "../state/lineage.ts";
import { medianOf, type Rollout } from "../state/rollout.ts";
import { readinessOf } from "./rollout_readiness.ts";
import type { Lineage, MasterState } from "../state/state.ts";

/** Returns a rollout as people and the ledger see it; `end` is given once it is over. */
export function recordOf(
  state: MasterState,
  rollout: Rollout,
  end: { stage: RolloutStage; reason: string; endedMs: number } | null = null,
): RolloutRecord {
  const { spec } = rollout;
  const { ready, wanted } = readinessOf(state, spec);
  const sentence = (text: string | null) => text === null ? null : clipReason(text);
  return {
    rolloutId: spec.rolloutId,
    from: nameOf(state, spec.from),
    to: nameOf(state, spec.to),
    fromDigest: spec.from,
    toDigest: spec.to,
    automatic: spec.automatic,
    settings: spec.settings,
    stage: end?.stage ?? rollout.stage,
    reason: clipReason(end?.reason ?? waitsFor(rollout, { ready, wanted })),
    startedMs: spec.startedMs,
    endedMs: end?.endedMs ?? null,
    nodes: { ready, wanted },
    tests: { passed: rollout.testsPassed, total: spec.settings.tests.length },
    canary: {
      answered: rollout.answered,
      failed: rollout.failed,
      lastFailure: sentence(rollout.lastFailure),
    },
    comparisons: {
      made: rollout.compared,
      drifted: rollout.drifted,
      worstDrift: rollout.worstDrift,
      lastDrift: sentence(rollout.lastDrift),
    },
    serviceMs: { from: typicalMs(rollout.fromMs), to: typicalMs(rollout.toMs) },
  };
}

/** Lists the versions of one model, the pinned ones and the rollouts. */
export function listLineage(state: MasterState, lineage: Lineage): LineageListing {
  const { name, latest, previous, pinned, rollout, history } = lineage;
  return {
    name,
    latest: nameOf(state, latest),
    previous: previous === null ? null : nameOf(state, previous),
    pinned: [...pinned].map((digest) => nameOf(state, digest)),
    versions: versionsOf(state, name).map((version) => version.name),
    current: rollout && recordOf(state, rollout),
    history: [...history],
  };
}

function typicalMs(samples: readonly number[]): number | null {
  const medianMs = medianOf(samples);
  return medianMs === null ? null : truncatedToHundredths(medianMs);
}

function waitsFor({ stage, spec, answered, failed }: Rollout, nodes: { ready: number; wanted: number }): string {
  switch (stage) {
    case "fetching":
      return `It waits for ready nodes: ${nodes.ready} of ${nodes.wanted}.`;
    case "testing":
      return "It is being tested with its own test pictures.";
    case "canary":
      return `It has seen ${answered + failed} of ${spec.settings.canaryTasks} canary pictures.`;
  }
}

function nameOf(state: MasterState, digest: Digest): string {
  return state.models.get(digest)?.name ?? "gone";
}
