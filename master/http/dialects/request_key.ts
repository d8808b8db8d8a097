/** Header in which the clients of many products send a key; here, a token. */
const KEY_HEADER = "x-api-key";
/** Beginning of every token of dml. */
const TOKEN = /^dml[a-z]_/;

/**
 * Returns `request` with the token of its `X-Api-Key` header as its bearer token, unless it has one,
 * so that all checks behind it are those of tokens.
 *
 * With `onlyTokens`, a key that is no token of dml is ignored: some clients cannot do without one,
 * also where an address needs none.
 */
export function withHeaderKey(request: Request, { onlyTokens = false } = {}): Request {
  const key = request.headers.get(KEY_HEADER)?.trim() ?? "";
  if (key === "" || request.headers.has("authorization")) return request;
  return onlyTokens && !TOKEN.test(key) ? request : withBearer(request, key);
}

/** Returns `request` with this bearer token, and with `body` in place of its own if that is given. */
export function withBearer(request: Request, token: string, body?: Uint8Array<ArrayBuffer>): Request {
  const headers = new Headers(request.headers);
  // A character that no header may have makes it a wrong token, not a bug.
  headers.set("authorization", `Bearer ${token.replace(/[^\x21-\x7e]/g, "?")}`);
  return new Request(request, { headers, ...(body === undefined ? {} : { body }) });
}
