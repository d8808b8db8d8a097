import { hedge, schedule } from "./scheduler/schedule.ts";
import { apply } from "./apply/apply.ts";
import type { Command } from "./messages/command.ts";
import { reconcileOffers } from "./decide/reconcile_offers.ts";
import { decide } from "./decide/decide.ts";
import type { MasterEvent } from "./messages/event.ts";
import { mustPersistFirst, type PersistFirst, refuseUnpersisted } from "./persist_first.ts";
import type { MasterState, Moment } from "./state/state.ts";

/**
 * Runs one turn of the master: decides and applies every command in order, then assigns the waiting
 * tasks. Returns all events of the turn. Events that must be durable first (see
 * {@linkcode mustPersistFirst}) are passed to `persistFirst` before they are applied; if that
 * fails, they do not happen. The caller persists the other durable events and only then carries out
 * the effects.
 */
export function runTurn(
  state: MasterState,
  commands: readonly Command[],
  now: Moment,
  persistFirst: PersistFirst = () => null,
): MasterEvent[] {
  const events: MasterEvent[] = [];
  const happen = (event: MasterEvent) => {
    apply(state, event);
    events.push(event);
  };
  let ticked = false;
  for (const posted of commands) {
    ticked ||= posted.type === "tick";
    let command = posted;
    let again = true;
    while (again) {
      let decided = decide(state, command, now);
      const fault = mustPersistFirst(command, decided) ? persistFirst([...events, ...decided]) : null;
      if (fault !== null && command.type === "tick") {
        command = { type: "tick", promotesNothing: true };
        decided = decide(state, command, now);
      } else if (fault !== null) decided = refuseUnpersisted(command, fault);
      decided.forEach(happen);
      // A tick is decided repeatedly until `time_passed`: each lost node and each rollout step
      // changes the state for the next decision.
      again = command.type === "tick" && !decided.some(({ type }) => type === "time_passed");
    }
  }
  if (ticked || state.offersStale) reconcileOffers(state, now).forEach(happen);
  for (const started of schedule(state, now.nowMs)) happen(started);
  if (ticked) { for (const started of hedge(state, now.nowMs)) happen(started); }
  return events;
}
