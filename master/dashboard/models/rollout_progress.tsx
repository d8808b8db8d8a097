import type { RolloutRecord } from "../../../protocol/http_api/rollout_api.ts";
import { Pill } from "../parts/pill.tsx";

/** A rollout that is running. */
export function RolloutProgress({ rollout }: { rollout: RolloutRecord }) {
  const { from, to, stage, reason, nodes, tests, canary, settings, comparisons } = rollout;
  return (
    <div class="rollout">
      <p>
        <Pill tone="wait" text={stage.replace("_", " ")} /> {from} to {to}. <span class="quiet">{reason}</span>
      </p>
      <dl class="facts">
        <dt>Nodes</dt>
        <dd>{nodes.ready} of {nodes.wanted} ready</dd>
        <dt>Tests</dt>
        <dd>{tests.passed} of {tests.total} passed</dd>
        <dt>Pictures</dt>
        <dd>{canary.answered} of {settings.canaryTasks} answered, {canary.failed} failed</dd>
        <dt>Compared</dt>
        <dd>{comparisons.made}, of which {comparisons.drifted} differ</dd>
      </dl>
      <progress max={settings.canaryTasks} value={canary.answered} aria-label="Pictures answered" />
      {canary.lastFailure !== null && <p class="warning">{canary.lastFailure}</p>}
    </div>
  );
}
