import type { Mark } from "../../models/image/draw/mark.ts";
import type { Picture } from "../../models/image/picture.ts";
import { shrinkTo } from "../../models/image/resample/shrink.ts";
import type { Pipeline } from "../../models/pipelines/pipeline.ts";
import { scaledMark, scaledPerson } from "../../models/pipelines/scaled.ts";
import type { Person } from "../../protocol/messages/prediction.ts";
import type { TaskOptions } from "../../protocol/messages/task.ts";

/**
 * Returns the least length of the longer side of a picture that the answer needs; `Infinity` if
 * every pixel may count, for what is seen or for what is drawn.
 */
export function sideMinOf({ sufficientSide = Infinity }: Pipeline, options: TaskOptions): number {
  const { embeddings, crops, gallery, maxSide = Infinity } = options;
  return embeddings || crops || gallery !== null ? Infinity : Math.max(sufficientSide, maxSide);
}

/**
 * Returns what was found in `picture` in pixels of the original; nothing but persons is found in a
 * reduced picture.
 */
export function inOriginal<Found extends { readonly persons: Person[] }>(found: Found, picture: Picture): Found {
  const { original } = picture;
  if (original === undefined) return found;
  return { ...found, persons: found.persons.map((person) => scaledPerson(person, { from: picture, to: original })) };
}

/**
 * Returns `picture` at the size at which it is drawn, and `marks` of the original as they fit it.
 */
export function drawable(
  picture: Picture,
  marks: readonly Mark[],
  { maxSide = Infinity }: Pick<TaskOptions, "maxSide">,
): [Picture, Mark[]] {
  const shrunk = shrinkTo(picture, maxSide);
  const sizes = { from: picture.original ?? picture, to: shrunk };
  return [shrunk, marks.map((mark) => scaledMark(mark, sizes))];
}
