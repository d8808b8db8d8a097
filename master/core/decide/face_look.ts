import type { TaskOptions } from "../../../protocol/messages/task.ts";
import type { ModelState } from "../state/state.ts";

/** Refusal to look for faces as a request asks, and what to do about it. */
export interface LookRefusal {
  readonly reason: string;
  readonly advice: string;
}

/** Returns why the model cannot look for faces as the options ask; `null` if it can. */
export function lookRefusalOf(
  { name, document }: Pick<ModelState, "name" | "document">,
  { anyAngle, smallFaces }: Pick<TaskOptions, "anyAngle" | "smallFaces">,
): LookRefusal | null {
  const findsFaces = document.pipeline === "faces";
  if (anyAngle && !findsFaces) {
    return {
      reason: `${name} finds no faces; only faces are looked for at any angle.`,
      advice: "Leave out anyAngle (--any-angle), or name a model that finds faces.",
    };
  }
  if (!smallFaces) return null;
  const advice = "Leave out smallFaces (--small-faces), or name a model that has a plan for it, such as faces.";
  if (!findsFaces) return { reason: `${name} finds no faces; only faces are looked for everywhere.`, advice };
  const { detector, search } = document.parameters;
  const searches = (detector?.family ?? "ultraface") === "ultraface" && search?.everywhere !== undefined;
  return searches ? null : { reason: `${name} has no plan to look for small faces everywhere.`, advice };
}
