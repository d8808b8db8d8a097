import type { Problem } from "../../../protocol/http_api/api.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";

/** Advice for errors whose own is about the flags of dml. */
const ADVICE: Partial<Readonly<Record<ErrorCode, string>>> = {
  faces_several: "Send a picture with one face.",
  person_exists: "Choose another name.",
  face_unknown: "List the faces to see which there are.",
  face_missing: "Take a picture in which the whole face can be seen.",
};

/** Returns an error as one text: what happened, and what to do about it. */
export function sentenceOf({ code, detail, advice }: Problem): string {
  return `${detail} ${ADVICE[code as ErrorCode] ?? advice}`.trim();
}
