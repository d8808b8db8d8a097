import { applyFleetEvent, applyOrderEvent } from "./apply_fleet.ts";
import { applyGalleryEvent } from "./apply_galleries.ts";
import { applyNodeEvent } from "./apply_nodes.ts";
import { applyProgramEvent } from "./apply_programs.ts";
import { applyModelEvent } from "./apply_models.ts";
import { applyTaskEvent } from "./apply_tasks.ts";
import { applyRolloutEvent } from "./apply_rollouts.ts";
import type { MasterEvent } from "../messages/event.ts";
import type { MasterState } from "../state/state.ts";

/**
 * Applies one event to `state`, in place; nothing else changes the state. The same events give the
 * same state. Throws `InvariantError` for an event that cannot have happened.
 */
export function apply(state: MasterState, event: MasterEvent): void {
  switch (event.type) {
    case "task_accepted":
    case "attempt_started":
    case "attempt_ended":
    case "task_requeued":
    case "task_answered":
      return applyTaskEvent(state, event);
    case "model_registered":
    case "model_offered":
    case "model_unsuitable":
    case "model_ready":
    case "model_failed":
    case "servability_changed":
      return applyModelEvent(state, event);
    case "gallery_published":
    case "gallery_retired":
    case "gallery_withdrawn":
    case "gallery_offered":
    case "gallery_ready":
    case "gallery_failed":
      return applyGalleryEvent(state, event);
    case "program_added":
    case "program_offered":
    case "program_reported":
      return applyProgramEvent(state, event);
    case "latest_moved":
    case "version_pinned":
    case "version_removed":
    case "rollout_begun":
    case "rollout_advanced":
    case "rollout_ended":
    case "tests_begun":
    case "test_finished":
    case "canary_observed":
    case "prediction_compared":
    case "task_moved":
    case "model_retired":
    case "offers_reconciled":
      return applyRolloutEvent(state, event);
    case "labels_changed":
    case "requirement_stated":
    case "requirement_dropped":
    case "model_bound":
      return applyFleetEvent(state, event);
    case "node_command_sent":
    case "node_leaving":
      return applyOrderEvent(state, event);
    case "command_finished":
      state.commands.delete(event.commandId);
      return;
    case "stop_begun":
      state.stopping = true;
      return;
    case "time_passed":
      state.tickedAtMs = event.atMs;
      return;
    default:
      return applyNodeEvent(state, event);
  }
}
