import { type Signal, useSignal } from "@preact/signals";
import type { EnrolAnswer } from "../../../protocol/http_api/people_api.ts";
import { type PersonKey, sendFace } from "../api/people.ts";
import { asRefused, type Refused } from "../api/refused.ts";

/** A picture that is enrolled, and what became of it. */
export interface EnrolledFile {
  readonly name: string;
  readonly person: string;
  /** `null` until the answer came. */
  readonly answer: EnrolAnswer | null;
  /** `null` if nothing went wrong. */
  readonly problem: Refused | null;
}

/** Enrolment of several pictures, one after the other. */
export interface Enrolment {
  readonly files: Signal<readonly EnrolledFile[]>;
  readonly enrol: (person: PersonKey, chosen: readonly File[]) => Promise<void>;
}

/** Returns an enrolment that calls `onChanged` after each picture. */
export function useEnrolment(onChanged: () => Promise<void>): Enrolment {
  const files = useSignal<readonly EnrolledFile[]>([]);
  const enrol = async (person: PersonKey, chosen: readonly File[]) => {
    for (const picture of chosen) {
      const waiting: EnrolledFile = { name: picture.name, person: person.name, answer: null, problem: null };
      files.value = [waiting, ...files.value];
      const done = await enrolled(person, picture).then(
        (answer) => ({ ...waiting, answer }),
        (error) => ({ ...waiting, problem: asRefused(error) }),
      );
      files.value = files.value.map((file) => file === waiting ? done : file);
      await onChanged();
    }
  };
  return { files, enrol };
}

async function enrolled(person: PersonKey, picture: File): Promise<EnrolAnswer> {
  return await sendFace(person, { picture, face: null, as: "faces" });
}
