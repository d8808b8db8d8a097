/**
 * Returns the reason for a failed request, in words that fit behind a colon. The error itself only
 * says that the request failed; the reason is in its cause, where `fetch` puts the whole URL in
 * front of it.
 */
export function unreachableReason(error: unknown): string {
  const text = causeText(error);
  if (/refused/i.test(text)) return "nothing listens there";
  if (/dns error|lookup address/i.test(text)) return "there is no host of that name";
  if (isNoHttp(error)) return "what answers there does not speak HTTP";
  return text.replace(/^.*client error \(\w+\): /, "");
}

/**
 * Returns true if a `fetch` failed because the other side answered with something other than HTTP.
 */
export function isNoHttp(error: unknown): boolean {
  return /client error \(SendRequest\): invalid/.test(causeText(error));
}

function causeText(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
