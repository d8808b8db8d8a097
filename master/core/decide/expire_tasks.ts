import { explain, isServable } from "../scheduler/feasible.ts";
import { answerWith } from "./end_task.ts";
import type { MasterEvent } from "../messages/event.ts";
import type { MasterState, Moment, TaskState } from "../state/state.ts";

/**
 * Answers the waiting and running tasks whose deadline has passed, those whose gallery was removed,
 * and those for which no node has come.
 */
export function expireTasks(state: MasterState, { nowMs }: Moment): MasterEvent[] {
  const events: MasterEvent[] = [];
  const hopeless = new Map<string, string | null>();
  for (const task of state.tasks.values()) {
    if (task.waiting && !hopeless.has(kindOf(task))) hopeless.set(kindOf(task), hopelessReason(state, task));
  }
  for (const task of state.tasks.values()) {
    const { spec, model } = task;
    if (nowMs >= spec.deadlineAtMs) {
      const seconds = Math.round((spec.deadlineAtMs - spec.acceptedAtMs) / 100) / 10;
      const what = task.waiting ? "waited for a free worker" : "was worked on";
      const reason = `The picture ${what} until its ${seconds} s were over.`;
      events.push(...answerWith(task, "deadline_exceeded", reason));
      continue;
    }
    if (!task.waiting) continue;
    const { gallery } = spec.options;
    const people = gallery === null ? null : state.galleries.get(gallery);
    if (people === undefined) {
      events.push(...answerWith(task, "gallery_unknown", `The gallery ${gallery} was removed before a node was free.`));
      continue;
    }
    const reason = hopeless.get(kindOf(task)) ?? null;
    if (reason === null) continue;
    const sinceMs = Math.max(spec.acceptedAtMs, model.servableSinceMs, people?.publishedAtMs ?? 0);
    if (nowMs - sinceMs >= state.settings.joinGraceMs) {
      events.push(...answerWith(task, "no_capable_node", reason));
    }
  }
  return events;
}

/** Returns a key that is equal for tasks that the same nodes can run. */
function kindOf({ spec: { manifestDigest, options } }: TaskState): string {
  return `${manifestDigest} ${options.gallery}`;
}

/**
 * Returns the reason why no node will take the task without any intervention, as a sentence, or
 * `null` if one may.
 */
function hopelessReason(state: MasterState, { model, spec: { options: { gallery } } }: TaskState): string | null {
  const servable = gallery === null && model.servable;
  if (servable || isServable(state, model.manifest.digest, { gallery })) return null;
  return explain(state, model, { gallery });
}
