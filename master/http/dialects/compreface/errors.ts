import type { ErrorCode } from "../../../../protocol/kernel/errors.ts";
import type { Refusal } from "../../refusals.ts";
import { sentenceOf } from "../sentence.ts";

/** Numbers of errors, and their status where it is not that of dml (`CommonExceptionCode.java`). */
const CODES: Partial<Readonly<Record<ErrorCode, { readonly code: number; readonly status?: number }>>> = {
  face_missing: { code: 28, status: 400 },
  face_too_small: { code: 28, status: 400 },
  face_too_blurred: { code: 28, status: 400 },
  faces_several: { code: 31, status: 400 },
  person_unknown: { code: 42, status: 404 },
  gallery_unknown: { code: 42, status: 404 },
  person_exists: { code: 43, status: 400 },
  face_unknown: { code: 11, status: 404 },
  image_unsupported: { code: 21, status: 400 },
  image_unreadable: { code: 21, status: 400 },
  image_empty: { code: 21, status: 400 },
  request_invalid: { code: 26, status: 400 },
  model_unknown: { code: 10, status: 404 },
  unauthorized: { code: 10 },
  forbidden: { code: 32 },
};
/** Number of every other error. */
const OTHER = 41;

/** Sentence for a picture without a face; some clients compare it. */
const NO_FACE = "No face is found in the given image";

/** Returns an error as CompreFace does. */
export function compreFaceError({ problem }: Refusal): Response {
  const { code } = problem;
  const known = CODES[code as ErrorCode];
  const message = code === "face_missing" ? NO_FACE : sentenceOf(problem);
  return Response.json({ message, code: known?.code ?? OTHER }, { status: known?.status ?? problem.status });
}
