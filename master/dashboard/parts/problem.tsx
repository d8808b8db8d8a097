import { connection } from "../shell/connection.ts";
import type { Refused } from "../api/refused.ts";

/** Tells what went wrong, and what to do; nothing while the banner of the page tells it already. */
export function Problem({ refused }: { refused: Refused | null }) {
  const isTold = refused === connection.ended.value || (refused?.code === "unreachable" && connection.isLost.value);
  if (refused === null || isTold) return null;
  return (
    <div class="problem" role="alert">
      <p>{refused.message}</p>
      {refused.advice !== "" && <p class="quiet">{refused.advice}</p>}
    </div>
  );
}
