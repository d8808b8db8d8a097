import type { Attributes, FoundClass, FoundObject } from "../../protocol/messages/finding.ts";
import type { Person } from "../../protocol/messages/prediction.ts";
import type { Mark } from "../image/draw/mark.ts";
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

/** What a person's label says: who it is as far as the gallery says, or how sure the detector is; and then what the face is like. */
export function labelOf(person: Person): string {
  const looks = person.attributes === undefined ? "" : ` ${looksOf(person.attributes)}`.trimEnd();
  return whoIs(person) + looks;
}

/** `Zoë Müller 0.62`, `Zoë Müller?`, `unknown`, `poor quality`, or, compared with nobody, `person 97%`. */
function whoIs({ name, similarity, score, recognition, candidates = [] }: Person): string {
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

/** `female 34 happy`, as far as it is known; of `liveness` only what matters, a spoof. */
function looksOf({ age, gender, expression, liveness }: Attributes): string {
  return [
    gender?.label,
    age === undefined ? undefined : Math.round(age),
    expression?.label,
    liveness?.label === "spoof" ? liveness.label : undefined,
  ].filter((part) => part !== undefined).join(" ");
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
