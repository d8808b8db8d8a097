import { PAGE_HEADER } from "../http_api/page_api.ts";

/** Time for which a browser keeps the token, if nobody signs out. */
const KEPT_SECONDS = 30 * 86_400;

/**
 * Returns the token that a browser keeps for the master's page; `null` if it has none, or if the
 * request is not from that page.
 *
 * A browser adds its cookies to whatever any site makes it send. So the cookie counts only with the
 * header of the page, which another site cannot add, and if the headers that browsers themselves
 * write name no other origin. A request that may change something must have one of those headers.
 */
export function cookieToken(request: Request): string | null {
  const { headers } = request;
  const text = headers.get("cookie");
  if (text === null || !headers.has(PAGE_HEADER) || !isFromThisOrigin(request)) return null;
  const names = [cookieName(request, { isSecure: true }), cookieName(request, { isSecure: false })];
  for (const pair of text.split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && names.includes(pair.slice(0, at).trim())) return pair.slice(at + 1).trim() || null;
  }
  return null;
}

function isFromThisOrigin({ headers, method, url }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if (site !== null && site !== "same-origin") return false;
  if (origin !== null) return URL.parse(origin)?.host === hostOf({ headers, url });
  return site !== null || method === "GET" || method === "HEAD";
}

function hostOf({ headers, url }: Pick<Request, "headers" | "url">): string {
  return URL.parse(`http://${headers.get("host") ?? ""}`)?.host ?? new URL(url).host;
}

/**
 * Returns the value of `Set-Cookie` that makes a browser keep `token`, or forget the one that it has
 * if `token` is `null`. `isSecure` is false if the browser speaks without TLS.
 */
export function setCookie(request: Request, { token, isSecure }: { token: string | null; isSecure: boolean }): string {
  const value = `${cookieName(request, { isSecure })}=${token ?? ""}`;
  const age = token === null ? 0 : KEPT_SECONDS;
  return `${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}

/** Returns the name of the cookie. Ports of one host share their cookies, so it names the port. */
function cookieName(request: Pick<Request, "headers" | "url">, { isSecure }: { isSecure: boolean }): string {
  const port = new URL(`http://${hostOf(request)}`).port;
  return `${isSecure ? "__Host-" : ""}dml${port === "" ? "" : `-${port}`}`;
}
