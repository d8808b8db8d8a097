import { useSignal } from "@preact/signals";
import { MASTER_SOURCE } from "../../../protocol/http_api/log_api.ts";
import { Problem } from "../parts/problem.tsx";
import { timeWords } from "../parts/words.ts";
import { useLogs } from "./use_logs.ts";

const LEVELS = ["info", "warn", "error"] as const;

/** The view of the logs of the master and its nodes, which follows them. */
export function LogsView() {
  const level = useSignal<string>(LEVELS[0]);
  const source = useSignal("");
  const { records, problem } = useLogs({ level: level.value, node: source.value });
  const sources = [...new Set([MASTER_SOURCE, ...records.value.map(({ source }) => source)])];
  return (
    <div class="view">
      <h1>Logs</h1>
      <form class="row" aria-label="Filter" onSubmit={(event) => event.preventDefault()}>
        <label class="field">
          <span>Level from</span>
          <select value={level.value} onChange={(event) => level.value = event.currentTarget.value}>
            {LEVELS.map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
        <label class="field">
          <span>Source</span>
          <select value={source.value} onChange={(event) => source.value = event.currentTarget.value}>
            <option value="">all</option>
            {sources.map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
      </form>
      <Problem refused={problem.value} />
      <ol class="log" tabIndex={0} aria-label="Records, the newest first">
        {records.value.map(({ cursor, timeMs, level, message, fields, source }) => (
          <li key={cursor} class={level}>
            <time class="quiet">{timeWords(timeMs)}</time> <strong>{source}</strong> <span>{level}</span>{" "}
            <bdi>{message}</bdi> <span class="quiet">{fieldWords(fields)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function fieldWords(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`).join(" ");
}
