import type { ErrorCode } from "../../../../protocol/kernel/errors.ts";
import type { Refusal } from "../../refusals.ts";
import { sentenceOf } from "../sentence.ts";

/** Errors with a status of their own; the clients tell nobody about the text of another. */
const OWN_STATUS: ReadonlySet<string> = new Set<ErrorCode>([
  "unauthorized",
  "forbidden",
  "too_many_attempts",
  "not_found",
  "internal",
]);

/** Returns an error as DeepStack does: with status 200, unless it is one of {@linkcode OWN_STATUS}. */
export function deepStackError({ problem }: Refusal): Response {
  const { code, status } = problem;
  const body = { success: false, error: sentenceOf(problem), code: status };
  return Response.json(body, { status: OWN_STATUS.has(code) ? status : 200 });
}
