import { hedge, schedule } from "../scheduler/schedule.ts";
import { apply } from "./apply.ts";
import type { Command } from "./command.ts";
import { reconcileOffers } from "./decide_offers.ts";
import { decide } from "./decide.ts";
import type { MasterEvent } from "./event.ts";
import type { MasterState, Moment } from "./state.ts";

/**
 * One turn of the master: every command decided and applied in its order, then the waiting tasks given out. Returns what
 * happened. The shell persists what of it is durable, and only then carries out its effects.
 */
export function runTurn(
  state: MasterState,
  commands: readonly Command[],
  now: Moment,
): MasterEvent[] {
  const events: MasterEvent[] = [];
  const happen = (event: MasterEvent) => {
    apply(state, event);
    events.push(event);
  };
  let ticked = false;
  for (const command of commands) {
    ticked ||= command.type === "tick";
    let again = true;
    while (again) {
      const decided = decide(state, command, now);
      decided.forEach(happen);
      // A tick gives up one node at a time, since each loss changes what is true for the next; so does a rollout.
      again = command.type === "tick" && !decided.some(({ type }) => type === "time_passed");
    }
  }
  if (ticked || state.offersStale) reconcileOffers(state, now).forEach(happen);
  for (const started of schedule(state, now.nowMs)) happen(started);
  if (ticked) { for (const started of hedge(state, now.nowMs)) happen(started); }
  return events;
}
