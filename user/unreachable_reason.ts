/** Why a request failed: what is thrown only says that it did, its cause says why, of `fetch` behind the whole URL. */
export function unreachableReason(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/refused/i.test(text)) return "nothing listens there";
  if (/dns error|lookup address/i.test(text)) return "there is no host of that name";
  return text.replace(/^.*client error \(\w+\): /, "");
}
