import type { Attributes } from "../../protocol/messages/finding.ts";

/** Age in years and gender of a person, as they are known. */
export interface AttributeLabel {
  readonly age: number;
  readonly gender: "female" | "male";
}

/** A known person and what the model says of their face. */
export interface LabelledAttributes {
  readonly label: AttributeLabel;
  readonly attributes: Attributes;
}

/** Errors of age and gender in one group of faces. */
export interface AttributeErrors {
  readonly faces: number;
  readonly genderWrong: number;
  /** Mean absolute error of the age, and mean of estimate minus age, in years. */
  readonly ageError: number;
  readonly ageBias: number;
  /** Faces that are taken for a print or a screen. */
  readonly spoofs: number;
}

/** Genders by their number in the file names of UTKFace. */
const GENDERS = ["male", "female"] as const;

/**
 * Returns the label in a file name as UTKFace has them, `AGE_GENDER_…` with 0 for male and 1 for
 * female; `null` if the name holds none.
 */
export function labelOf(file: string): AttributeLabel | null {
  const found = /^(\d{1,3})_([01])_/.exec(file);
  return found === null ? null : { age: Number(found[1]), gender: GENDERS[Number(found[2])] };
}

/** Returns the errors of a group of faces, of which there is at least one. */
export function attributeErrors(faces: readonly LabelledAttributes[]): AttributeErrors {
  const mean = (valueOf: (face: LabelledAttributes) => number) =>
    faces.reduce((sum, face) => sum + valueOf(face), 0) / faces.length;
  const over = ({ label, attributes }: LabelledAttributes) => (attributes.age ?? NaN) - label.age;
  return {
    faces: faces.length,
    genderWrong: faces.filter(({ label, attributes }) => attributes.gender?.label !== label.gender).length,
    ageError: mean((face) => Math.abs(over(face))),
    ageBias: mean(over),
    spoofs: faces.filter(({ attributes }) => attributes.liveness?.label === "spoof").length,
  };
}
