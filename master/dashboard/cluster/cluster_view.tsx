import { useSignal } from "@preact/signals";
import { type NodeListing, nodesSchema } from "../../../protocol/http_api/api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { ask } from "../api/ask.ts";
import { Confirm, type Question } from "../parts/confirm.tsx";
import { Problem } from "../parts/problem.tsx";
import { usePolled } from "../parts/use_polled.ts";
import { countWords } from "../parts/words.ts";
import { AddNode } from "./add_node.tsx";
import { NodeCard } from "./node_card.tsx";

const REFRESH_MS = 2_000;

/** The view of the nodes. */
export function ClusterView() {
  const { value, problem, refresh } = usePolled(loadNodes, { everyMs: REFRESH_MS });
  const question = useSignal<Question | null>(null);
  const isAdding = useSignal(false);
  const nodes = value.value;
  const ready = nodes?.filter(({ state }) => state === "ready") ?? [];
  return (
    <div class="view">
      <div class="title">
        <h1>Cluster</h1>
        {nodes !== null && (
          <p class="quiet" role="status">
            {countWords(nodes.length, "node")}, {ready.length} ready, {busy(ready)} workers busy
          </p>
        )}
        <button type="button" class="primary" onClick={() => isAdding.value = !isAdding.value}>Add a node</button>
      </div>
      <Problem refused={problem.value} />
      {isAdding.value && nodes !== null && <AddNode nodes={nodes} onClose={() => isAdding.value = false} />}
      {nodes?.length === 0 && <p class="quiet">No node has joined yet. Until one does, no picture is looked at.</p>}
      <ul class="cards">
        {nodes?.map((node) => (
          <NodeCard
            key={node.nodeId}
            node={node}
            onAsk={(asked) => {
              question.value = {
                ...asked,
                async run() {
                  await asked.run();
                  await refresh();
                },
              };
            }}
          />
        ))}
      </ul>
      {question.value !== null && <Confirm question={question.value} onClose={() => question.value = null} />}
    </div>
  );
}

async function loadNodes(): Promise<NodeListing[]> {
  return (await ask(PATHS.nodes, nodesSchema)).nodes;
}

function busy(nodes: readonly NodeListing[]): string {
  const running = nodes.reduce((sum, node) => sum + node.running, 0);
  const workers = nodes.reduce((sum, { capabilities }) => sum + capabilities.workers, 0);
  return `${Math.min(running, workers)} of ${workers}`;
}
