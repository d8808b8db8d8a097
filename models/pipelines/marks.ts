import type { Attributes, FoundClass, FoundObject } from "../../protocol/messages/finding.ts";
import type { Person } from "../../protocol/messages/prediction.ts";
import type { Mark } from "../image/mark.ts";
import type { Finding } from "./pipeline.ts";

/** Classes of a whole picture that are written into it, the best. */
const CLASSES_MAX = 5;

/** What can be drawn of a finding. */
type Drawable = { readonly persons: readonly Person[] } & Pick<Finding, "labels" | "objects">;

/** What is drawn into a picture for what was found in it. */
export function marksOf(
  { persons, objects = [], labels = [] }: Drawable,
): Mark[] {
  return [
    ...persons.map(markOfPerson),
    ...objects.map(markOfObject),
    ...labels.slice(0, CLASSES_MAX).map(markOfClass),
  ];
}

/** What a person's label says: `Zoë Müller 0.62`, or `person 97%`, and then what the face is like. */
export function labelOf({ name, similarity, score, attributes }: Person): string {
  const looks = attributes === undefined ? "" : ` ${looksOf(attributes)}`.trimEnd();
  if (name === null) return `person ${percent(score)}${looks}`;
  return `${similarity === null ? name : `${name} ${similarity.toFixed(2)}`}${looks}`;
}

/** `female 34 happy`, as far as it is known; of `liveness` only what matters, a spoof. */
export function looksOf({ age, gender, expression, liveness }: Attributes): string {
  return [
    gender?.label,
    age === undefined ? undefined : Math.round(age),
    expression?.label,
    liveness?.label === "spoof" ? liveness.label : undefined,
  ].filter((part) => part !== undefined).join(" ");
}

function markOfPerson(person: Person): Mark {
  const { box, landmarks: points, name } = person;
  return { box, points, label: labelOf(person), tone: name === null ? "found" : "known" };
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
