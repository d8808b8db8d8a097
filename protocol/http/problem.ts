// @ts-types="./limited_bytes_transform_stream.d.ts"
import { LimitedBytesTransformStream } from "@std/streams/limited_bytes_transform_stream.js";
import { asDmlError, DmlError, type ErrorCode, ERRORS, isErrorCode } from "../kernel/errors.ts";
import { clip } from "../kernel/clip.ts";
import { type Problem, problemSchema } from "../http_api/api.ts";

const MEDIA_TYPE = "application/problem+json";
const PROBLEM_BYTES_MAX = 64 * 1024;
const RETRY_AFTER_SECONDS = 1;

/**
 * Returns `error` as problem details (RFC 9457). An error that is not a `DmlError` reveals nothing
 * about the inside of dml.
 */
export function problemOf(error: unknown): Problem {
  const known = asDmlError(error);
  const internal = known.code === "internal";
  const words = known.code.replaceAll("_", " ");
  return {
    type: `urn:dml:problem:${known.code}`,
    title: words[0].toUpperCase() + words.slice(1),
    status: known.kind.status,
    code: known.code,
    detail: internal ? "Something went wrong inside dml; its log has the details." : clip(known.message, 4_000),
    advice: clip(internal ? ERRORS.internal.advice : known.advice, 1_000),
    retryable: known.kind.retryable,
  };
}

/**
 * Returns the response for `error`, with `status` if HTTP has a more precise one than that of the
 * code.
 */
export function problemResponse(error: unknown, options: { status?: number } = {}): Response {
  const problem = problemOf(error);
  return responseOfProblem({ ...problem, status: options.status ?? problem.status });
}

/** Returns the response for `problem`. */
export function responseOfProblem(problem: Problem): Response {
  const { status } = problem;
  const headers = new Headers({ "content-type": MEDIA_TYPE, "cache-control": "no-store" });
  if (status === 429) headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  if (status === 401) headers.set("www-authenticate", 'Bearer realm="dml"');
  return new Response(JSON.stringify(problem), { status, headers });
}

/**
 * Returns the error that `response` carries, and reads or cancels its body. If the response is not
 * from dml, the message names the request with `what` and the status.
 */
export async function errorOfResponse(
  response: Pick<Response, "status" | "headers" | "body">,
  options: { what: string },
): Promise<DmlError> {
  const problem = await problemIn(response);
  if (problem !== null && isErrorCode(problem.code)) {
    return new DmlError(problem.code, problem.detail, { advice: problem.advice });
  }
  return new DmlError(
    codeOfStatus(response.status),
    `${options.what} was answered with status ${response.status}`,
  );
}

async function problemIn(response: Pick<Response, "headers" | "body">): Promise<Problem | null> {
  if (response.body === null) return null;
  if (!response.headers.get("content-type")?.startsWith(MEDIA_TYPE)) {
    await response.body.cancel();
    return null;
  }
  const limited = response.body.pipeThrough(new LimitedBytesTransformStream(PROBLEM_BYTES_MAX));
  try {
    const result = problemSchema.safeParse(await new Response(limited).json());
    return result.success ? result.data : null;
  } catch {
    return null; // Not JSON, cut short or too long: the status line still says enough.
  }
}

/**
 * Returns the code for a status that something other than dml (a proxy, another server) answered.
 */
function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 413:
      return "blob_too_large";
    case 429:
      return "queue_full";
    case 502:
    case 503:
    case 504:
      return "connection_lost";
    default:
      return status >= 500 ? "internal" : "request_invalid";
  }
}
