import type { MiddlewareHandler } from "hono";
import { DmlError } from "../kernel/errors.ts";
import { type ClusterTokens, type Role, roleMay, roleOfToken } from "../security/tokens.ts";

/**
 * Returns a check that lets a request pass if its bearer token proves one of `roles`, and throws
 * `unauthorized` or `forbidden` otherwise.
 *
 * If `tokens` is `null` (a master that listens on loopback only), everything on this machine may do
 * everything, except a browser that acts for a page from elsewhere: see
 * {@linkcode refuseForeignPages}.
 */
export function requireRole(tokens: ClusterTokens | null, ...roles: Role[]): MiddlewareHandler {
  return async (context, next) => {
    checkRole(context.req.raw, { tokens, roles });
    await next();
  };
}

/** Checks one request as {@linkcode requireRole} does. Throws `unauthorized` or `forbidden`. */
export function checkRole(request: Request, options: { tokens: ClusterTokens | null; roles: Role[] }): void {
  const { tokens, roles } = options;
  if (tokens === null) refuseForeignPages(request);
  else checkToken(request, { tokens, roles });
}

function checkToken(request: Request, options: { tokens: ClusterTokens; roles: Role[] }): void {
  const token = bearerToken(request.headers.get("authorization"));
  const role = roleOfToken(options.tokens, token);
  if (role === null) {
    throw new DmlError(
      "unauthorized",
      token === null ? "The request carries no token." : "The token is not one of this cluster.",
    );
  }
  if (!roleMay(role, options.roles)) {
    throw new DmlError(
      "forbidden",
      `This request needs a token of the role ${options.roles.join(" or ")}, not of ${role}.`,
    );
  }
}

/** Returns the role that the request's token proves; `null` if it proves none or none is needed. */
export function roleOfRequest(request: Request, tokens: ClusterTokens | null): Role | null {
  return tokens === null ? null : roleOfToken(tokens, bearerToken(request.headers.get("authorization")));
}

/** Returns the token in an `Authorization` header (RFC 6750), or `null` if there is none. */
export function bearerToken(header: string | null): string | null {
  return header?.match(/^bearer +(\S+) *$/i)?.[1] ?? null;
}

/**
 * Throws `forbidden` if a browser sends the request for a page that is not from this machine: a
 * page whose name was re-bound to a loopback address (that name is still in `Host`), or a page of
 * another site (its name is in `Origin`).
 */
export function refuseForeignPages(request: Pick<Request, "url" | "headers">): void {
  const hosts = [hostIn(request.url), request.headers.get("host")];
  const origin = request.headers.get("origin");
  if (hosts.some((host) => host !== null && !isLoopbackHost(host))) {
    throw new DmlError("forbidden", "The request names a host that is not this machine.", {
      advice: "Address the master as 127.0.0.1 or localhost, or start it with --host.",
    });
  }
  if (origin !== null && !isLoopbackUrl(origin)) {
    throw new DmlError("forbidden", "The request comes from a page of another site.", {
      advice: "Open the page from this machine, or start the master with --host.",
    });
  }
}

/**
 * Returns the part between the slashes of an absolute URL, with the user information if there is
 * any.
 */
function hostIn(url: string): string {
  return /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? "";
}

/**
 * Results of {@linkcode isLoopbackHost} by host. The same few hosts come again and again, and
 * parsing a URL costs as much as answering a small request.
 */
const verdicts = new Map<string, boolean>();
const VERDICTS_MAX = 64;
const HOST_CHARACTERS_MAX = 100;

function isLoopbackHost(host: string): boolean {
  const known = verdicts.get(host);
  if (known !== undefined) return known;
  const isLoopback = isLoopbackUrl(`http://${host}`);
  if (host.length > HOST_CHARACTERS_MAX) return isLoopback;
  if (verdicts.size === VERDICTS_MAX) verdicts.clear();
  verdicts.set(host, isLoopback);
  return isLoopback;
}

/** Returns true if the host in `url` is `localhost`, in 127.0.0.0/8, or ::1. */
function isLoopbackUrl(url: string): boolean {
  const hostname = URL.parse(url)?.hostname ?? "";
  return hostname === "localhost" || hostname === "[::1]" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}
