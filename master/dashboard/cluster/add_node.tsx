import { useSignal } from "@preact/signals";
import type { NodeListing } from "../../../protocol/http_api/api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { createdTokenSchema } from "../../../protocol/http_api/token_api.ts";
import { ask } from "../api/ask.ts";
import { asRefused, type Refused } from "../api/refused.ts";
import { CopyText } from "../parts/copy_text.tsx";
import { Problem } from "../parts/problem.tsx";
import { cluster } from "../shell/session.ts";
import { Arrival } from "./arrival.tsx";

const HOUR = 3_600_000;
const LIFETIMES = [
  { label: "1 hour", ms: HOUR },
  { label: "1 day", ms: 24 * HOUR },
  { label: "1 week", ms: 168 * HOUR },
] as const;

/** Makes the line that turns another host into a node, and waits for that node. */
export function AddNode({ nodes, onClose }: { nodes: readonly NodeListing[]; onClose: () => void }) {
  const ttlMs = useSignal<number>(LIFETIMES[0].ms);
  const line = useSignal<string | null>(null);
  const before = useSignal<ReadonlySet<string>>(new Set());
  const problem = useSignal<Refused | null>(null);
  const make = async (event: Event) => {
    event.preventDefault();
    problem.value = null;
    try {
      before.value = new Set(nodes.filter(({ state }) => state !== "offline").map(({ nodeId }) => nodeId));
      line.value = await joinLine(ttlMs.value);
    } catch (error) {
      problem.value = asRefused(error);
    }
  };
  return (
    <section class="card adding" aria-label="Add a node">
      <div class="title">
        <h2>Add a node</h2>
        <button type="button" class="plain" onClick={onClose}>Close</button>
      </div>
      {line.value === null ? <LifetimeForm ttlMs={ttlMs.value} onTtl={(ms) => ttlMs.value = ms} onSubmit={make} /> : (
        <>
          <p>Paste this on the host that is to help. It needs the file of dml, and nothing else.</p>
          <CopyText label="Line to paste" text={line.value} />
          <Arrival nodes={nodes} before={before.value} />
        </>
      )}
      <Problem refused={problem.value} />
    </section>
  );
}

interface LifetimeFormProps {
  readonly ttlMs: number;
  readonly onTtl: (ms: number) => void;
  readonly onSubmit: (event: Event) => void;
}

function LifetimeForm({ ttlMs, onTtl, onSubmit }: LifetimeFormProps) {
  if (!cluster.value?.tokenRequired) {
    return (
      <form onSubmit={onSubmit}>
        <p>
          This master listens for its own machine only, so the node has to run here too. For other hosts, start the
          master with <code>dml serve --host 0.0.0.0</code>.
        </p>
        <button type="submit" class="primary">Show the line</button>
      </form>
    );
  }
  return (
    <form class="row" onSubmit={onSubmit}>
      <label class="field">
        <span>The line is good for one host, for</span>
        <select value={String(ttlMs)} onChange={(event) => onTtl(Number(event.currentTarget.value))}>
          {LIFETIMES.map(({ label, ms }) => <option key={ms} value={String(ms)}>{label}</option>)}
        </select>
      </label>
      <button type="submit" class="primary">Make the line</button>
    </form>
  );
}

async function joinLine(ttlMs: number): Promise<string> {
  const port = location.port || (location.protocol === "https:" ? "443" : "80");
  const join = `dml join ${location.hostname}:${port}`;
  if (!cluster.value?.tokenRequired) return join;
  const request = { role: "node", ttlMs, uses: 1 };
  const { token } = await ask(PATHS.tokens, createdTokenSchema, { method: "POST", json: request });
  return `${join} --token ${token}`;
}
