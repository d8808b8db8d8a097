/** Why a request failed: what is thrown only says that it did, its cause says why, of `fetch` behind the whole URL. */
export function unreachableReason(error: unknown): string {
  const text = causeText(error);
  if (/refused/i.test(text)) return "nothing listens there";
  if (/dns error|lookup address/i.test(text)) return "there is no host of that name";
  if (isNoHttp(error)) return "what answers there does not speak HTTP";
  return text.replace(/^.*client error \(\w+\): /, "");
}

/** Whether a `fetch` failed for an answer that is none of HTTP. */
export function isNoHttp(error: unknown): boolean {
  return /client error \(SendRequest\): invalid/.test(causeText(error));
}

function causeText(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
