import type { Person } from "../../protocol/messages/prediction.ts";
import type { Keep } from "../../protocol/messages/task.ts";
import type { PipelineResult } from "./pipeline.ts";

/** Something with a box in a picture. */
interface Boxed {
  readonly box: { readonly width: number; readonly height: number };
}

/** Findings that can be narrowed. */
type Found = { readonly persons: Person[] } & Pick<PipelineResult, "labels" | "objects">;

/**
 * Returns what of `found` is within the bounds, in the same order. `faceHeightMin` is in pixels of
 * the picture in which the faces were found.
 */
export function narrowed<Findings extends Found>(found: Findings, keep: Keep): Findings {
  const { scoreMin = -Infinity, faceHeightMin = 0, foundMax = Infinity, classesMax = Infinity } = keep;
  if (Object.keys(keep).length === 0) return found;
  const isSure = ({ score }: { readonly score: number }) => score >= scoreMin;
  const { persons, objects, labels } = found;
  const near = persons.filter((person) => isSure(person) && person.box.height >= faceHeightMin);
  return {
    ...found,
    persons: largest(near, foundMax),
    ...(objects && { objects: largest(objects.filter(isSure), foundMax) }),
    ...(labels && { labels: labels.filter(isSure).slice(0, classesMax) }),
  };
}

/** Returns the `max` items with the largest boxes, in the order in which they were. */
function largest<Item extends Boxed>(items: readonly Item[], max: number): Item[] {
  const bySize = items.toSorted((one, other) => areaOf(other) - areaOf(one));
  const kept = new Set(bySize.slice(0, max));
  return items.filter((item) => kept.has(item));
}

function areaOf({ box: { width, height } }: Boxed): number {
  return width * height;
}
