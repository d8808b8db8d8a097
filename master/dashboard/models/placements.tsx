import { useSignal } from "@preact/signals";
import { modelDetailSchema } from "../../../protocol/http_api/api.ts";
import { modelPath } from "../../../protocol/http_api/paths.ts";
import { ask } from "../api/ask.ts";
import { Problem } from "../parts/problem.tsx";
import { usePolled } from "../parts/use_polled.ts";

/** The nodes that can take a picture of a version now, and why the others cannot; asked for on opening. */
export function Placements({ model }: { model: string }) {
  const isOpen = useSignal(false);
  return (
    <details onToggle={(event) => isOpen.value = event.currentTarget.open}>
      <summary>Where</summary>
      {isOpen.value && <Opened model={model} />}
    </details>
  );
}

const REFRESH_MS = 3_000;

function Opened({ model }: { model: string }) {
  const { value, problem } = usePolled(() => ask(modelPath(model), modelDetailSchema), { everyMs: REFRESH_MS });
  return (
    <>
      <Problem refused={problem.value} />
      {value.value?.placement.length === 0 && <p class="quiet">No node is known.</p>}
      <ul>
        {value.value?.placement.map(({ nodeId, name, obstacle, reason }) => (
          <li key={nodeId}>
            <bdi>{name}</bdi>: {obstacle === null ? "ready" : obstacle.replace("_", " ")}
            {reason !== null && <span class="quiet">; {reason}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
