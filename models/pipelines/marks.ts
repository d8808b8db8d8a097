import type { Attributes, FoundClass, FoundObject } from "../../protocol/messages/finding.ts";
import type { Person } from "../../protocol/messages/prediction.ts";
import type { Mark } from "../image/draw/mark.ts";
import type { PipelineResult } from "./pipeline.ts";

/** Largest number of classes of a whole picture that are drawn into it, best first. */
const CLASSES_MAX = 5;

/** Parts of a finding that can be drawn. */
type Drawable = { readonly persons: readonly Person[] } & Pick<PipelineResult, "labels" | "objects">;

/**
 * Returns the marks to draw into a picture for its findings. If it shows several persons, their
 * labels begin with their numbers.
 */
export function marksOf(
  { persons, objects = [], labels = [] }: Drawable,
): Mark[] {
  return [
    ...(persons.length > 1 ? persons.map(numberedMark) : persons.map(markOfPerson)),
    ...objects.map(markOfObject),
    ...labels.slice(0, CLASSES_MAX).map(markOfClass),
  ];
}

/**
 * Returns the label of a person: the identity as far as the gallery knows it, or else the
 * detector's confidence; then the attributes of the face.
 */
export function labelOf(person: Person): string {
  const looks = person.attributes === undefined ? "" : ` ${looksOf(person.attributes)}`.trimEnd();
  return whoIs(person) + looks;
}

/**
 * Returns `Zoë Müller 0.62`, `Zoë Müller?`, `unknown`, `poor quality`, or `person 97%` if the face
 * was not compared with a gallery; `not human?` if it may be no human face.
 */
function whoIs({ name, similarity, score, doubtful, recognition, candidates = [] }: Person): string {
  if (doubtful) return `not human? ${percent(score)}`;
  if (name !== null) return similarity === null ? name : `${name} ${similarity.toFixed(2)}`;
  switch (recognition) {
    case undefined:
      return `person ${percent(score)}`;
    case "uncertain":
      return candidates.length === 0 ? "uncertain" : `${candidates[0].name}?`;
    case "poor_quality":
      return "poor quality";
    default:
      return recognition;
  }
}

/**
 * Returns the attributes that are known, such as `female 34 happy`; of `liveness` only the
 * exception, a spoof.
 */
function looksOf({ age, gender, expression, liveness }: Attributes): string {
  return [
    gender?.label,
    age === undefined ? undefined : Math.round(age),
    expression?.label,
    liveness?.label === "spoof" ? liveness.label : undefined,
  ].filter((part) => part !== undefined).join(" ");
}

function numberedMark(person: Person, index: number): Mark {
  const mark = markOfPerson(person);
  return { ...mark, label: `${index + 1}: ${mark.label}` };
}

function markOfPerson(person: Person): Mark {
  const { box, landmarks: points, name, recognition } = person;
  const tone = recognition ?? (name === null ? "found" : "known");
  return { box, points, label: labelOf(person), tone };
}

function markOfObject({ box, label, score }: FoundObject): Mark {
  return { box, label: `${label} ${percent(score)}`, tone: "found" };
}

function markOfClass({ label, score }: FoundClass): Mark {
  const isShare = score >= 0 && score <= 1;
  return { box: null, label: `${label} ${isShare ? percent(score) : score.toPrecision(3)}`, tone: "found" };
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
