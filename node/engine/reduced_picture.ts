import type { Mark } from "../../models/image/draw/mark.ts";
import type { Picture } from "../../models/image/picture.ts";
import { shrinkTo } from "../../models/image/resample/shrink.ts";
import type { Pipeline } from "../../models/pipelines/pipeline.ts";
import { scaledMark, scaledPerson } from "../../models/pipelines/scaled.ts";
import type { Note, Person } from "../../protocol/messages/prediction.ts";
import type { Keep, TaskOptions } from "../../protocol/messages/task.ts";

/**
 * Returns the least length of the longer side of a picture that the answer needs; `Infinity` if
 * every pixel may count, for what is seen or for what is drawn.
 */
export function sideMinOf({ sufficientSide = Infinity }: Pipeline, options: TaskOptions): number {
  const { annotate, embeddings, crops, gallery, smallFaces, maxSide = Infinity } = options;
  const mayAllCount = embeddings || crops || gallery !== null || smallFaces;
  return mayAllCount ? Infinity : Math.max(sufficientSide, annotate ? maxSide : 0);
}

/** Returns the notes on how the picture was read for which this length would have sufficed. */
export function notesOf({ width, height, original, flaw }: Picture, sideMin: number): Note[] {
  const notes: Note[] = flaw === undefined ? [] : [{ code: "picture_repaired", text: flaw }];
  if (original === undefined || Math.max(width, height) >= sideMin) return notes;
  const text = `The node has memory for ${width} x ${height} pixels only; small faces may have been missed.`;
  return [...notes, { code: "not_searched_finely", text }];
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

/** Returns the bounds on what is reported, in pixels of `picture` instead of the original. */
export function keepIn(picture: Picture | null, { keep = {} }: Pick<TaskOptions, "keep">): Keep {
  if (picture?.original === undefined || keep.faceHeightMin === undefined) return keep;
  return { ...keep, faceHeightMin: keep.faceHeightMin * picture.height / picture.original.height };
}

/**
 * Returns `picture` at the size at which it is drawn, and those parts of `marks` that are drawn, of
 * the original, as they fit it.
 */
export function drawable(
  picture: Picture,
  marks: readonly Mark[],
  { maxSide = Infinity, draw = {} }: Pick<TaskOptions, "maxSide" | "draw">,
): [Picture, Mark[]] {
  const shrunk = shrinkTo(picture, maxSide);
  const sizes = { from: picture.original ?? picture, to: shrunk };
  const parts = marks.map(({ points, label, ...mark }): Mark => ({
    ...mark,
    label: draw.labels === false ? "" : label,
    points: draw.landmarks === false ? undefined : points,
  }));
  return [shrunk, parts.map((mark) => scaledMark(mark, sizes))];
}
