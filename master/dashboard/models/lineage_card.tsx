import type { ModelListing } from "../../../protocol/http_api/api.ts";
import { rollbackPath, rolloutsPath } from "../../../protocol/http_api/paths.ts";
import { type LineageListing, lineageSchema, versionAnswerSchema } from "../../../protocol/http_api/rollout_api.ts";
import { ask } from "../api/ask.ts";
import { Refused } from "../api/refused.ts";
import type { Question } from "../parts/confirm.tsx";
import { Pill } from "../parts/pill.tsx";
import { Problem } from "../parts/problem.tsx";
import { usePolled } from "../parts/use_polled.ts";
import { byteWords, countWords } from "../parts/words.ts";
import { Placements } from "./placements.tsx";
import { RolloutProgress } from "./rollout_progress.tsx";

const REFRESH_MS = 3_000;
const NOT_FOUND = 404;

interface LineageCardProps {
  readonly name: string;
  readonly versions: readonly ModelListing[];
  readonly onAsk: (question: Question) => void;
}

/** One model with its versions: which is in force, where each is ready, and its rollout. */
export function LineageCard({ name, versions, onAsk }: LineageCardProps) {
  const { value, problem, refresh } = usePolled(() => loadLineage(name), { everyMs: REFRESH_MS });
  const lineage = value.value;
  return (
    <li class="card">
      <h2>{name}</h2>
      <p class="quiet">{versions[0]?.description}</p>
      <Problem refused={problem.value} />
      <ul class="list plainly">
        {versions.map((model) => <Version key={model.name} model={model} lineage={lineage} />)}
      </ul>
      {lineage?.current && <RolloutProgress rollout={lineage.current} />}
      {lineage !== null && <RollBack lineage={lineage} onAsk={onAsk} refresh={refresh} />}
      {lineage !== null && <History lineage={lineage} />}
    </li>
  );
}

/** Returns the versions of a model; `null` if it comes with dml and nobody has asked for it yet. */
async function loadLineage(name: string): Promise<LineageListing | null> {
  try {
    return await ask(rolloutsPath(name), lineageSchema);
  } catch (error) {
    if (error instanceof Refused && error.status === NOT_FOUND) return null;
    throw error;
  }
}

function Version({ model, lineage }: { model: ModelListing; lineage: LineageListing | null }) {
  const { name, bytes, license, readyNodes } = model;
  return (
    <li>
      <div class="title">
        <strong>{name}</strong>
        {lineage?.latest === name && <Pill tone="good" text="in force" />}
        {lineage?.pinned.includes(name) && <Pill tone="calm" text="pinned" />}
        <span class="quiet">
          {readyNodes === 0 ? "ready on no node" : `ready on ${countWords(readyNodes, "node")}`}, {byteWords(bytes)},
          {" "}
          {license}
        </span>
      </div>
      <Placements model={name} />
    </li>
  );
}

interface RollBackProps {
  readonly lineage: LineageListing;
  readonly onAsk: (question: Question) => void;
  readonly refresh: () => Promise<void>;
}

function RollBack({ lineage: { name, latest, previous, current }, onAsk, refresh }: RollBackProps) {
  if (previous === null && current === null) return null;
  const text = current === null
    ? `Pictures for ${name} go to ${previous} again, instead of ${latest}.`
    : `The rollout of ${current.to} ends, and ${current.from} stays in force.`;
  const question: Question = {
    title: `Roll back ${name}?`,
    text,
    action: "Roll back",
    isDanger: true,
    async run() {
      await ask(rollbackPath(name), versionAnswerSchema, { method: "POST" });
      await refresh();
    },
  };
  return (
    <div class="actions">
      <button type="button" onClick={() => onAsk(question)}>Roll back</button>
    </div>
  );
}

const HISTORY_SHOWN = 5;

function History({ lineage: { history } }: { lineage: LineageListing }) {
  if (history.length === 0) return null;
  return (
    <details>
      <summary>Former rollouts</summary>
      <ul>
        {history.slice(0, HISTORY_SHOWN).map(({ rolloutId, from, to, stage, reason }) => (
          <li key={rolloutId}>
            {from} to {to}: {stage.replace("_", " ")}. <span class="quiet">{reason}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
