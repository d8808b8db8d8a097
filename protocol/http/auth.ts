import type { MiddlewareHandler } from "hono";
import { DmlError } from "../kernel/errors.ts";
import { type Caller, type Credentials, explainRefusal } from "../security/credentials.ts";
import { type Role } from "../security/roles.ts";
import { roleMay } from "../security/tokens.ts";
import { cookieToken } from "./page_cookie.ts";

/**
 * Returns a check that lets a request pass if its bearer token proves one of `roles`, and throws
 * `unauthorized` or `forbidden` otherwise.
 *
 * If `credentials` is `null` (a master that listens on loopback only), everything on this machine
 * may do everything, except a browser that acts for a page from elsewhere: see
 * {@linkcode refuseForeignPages}.
 */
export function requireRole(credentials: Credentials | null, ...roles: readonly Role[]): MiddlewareHandler {
  return async (context, next) => {
    checkRole(context.req.raw, { credentials, roles });
    await next();
  };
}

/** Checks one request as {@linkcode requireRole} does. Throws `unauthorized` or `forbidden`. */
export function checkRole(
  request: Request,
  options: { credentials: Credentials | null; roles: readonly Role[] },
): void {
  const { credentials, roles } = options;
  if (credentials === null) refuseForeignPages(request);
  else checkToken(request, { credentials, roles });
}

function checkToken(request: Request, options: { credentials: Credentials; roles: readonly Role[] }): void {
  const token = presentedToken(request);
  const caller = options.credentials.identify(token);
  if (caller === null) {
    const { reason, advice } = explainRefusal(options.credentials, token);
    throw new DmlError("unauthorized", reason, { advice });
  }
  if (caller.role === "node" && caller.nodeId === undefined) {
    throw new DmlError("forbidden", "The token lets a node join, and opens nothing over HTTP.", {
      advice: "A node asks with the secret of its session; people use the token of a user or of the admin.",
    });
  }
  if (!roleMay(caller.role, options.roles)) {
    throw new DmlError(
      "forbidden",
      `This request needs a token of the role ${options.roles.join(" or ")}, not of ${caller.role}.`,
      { advice: adviceFor(options.roles) },
    );
  }
}

/** Returns how to get a token of one of `roles`. */
function adviceFor(roles: readonly Role[]): string {
  if (roles.length === 1 && roles[0] === "admin") {
    return "Use the admin's token; `dml token show admin` on the master's host prints it.";
  }
  return `Use such a token; \`dml token create --role ${roles[0]}\` on the master's host makes one.`;
}

/** Returns who proves itself with the request's token; `null` if nobody does or need not. */
export function callerOfRequest(request: Request, credentials: Credentials | null): Caller | null {
  return credentials === null ? null : credentials.identify(presentedToken(request));
}

/** Header in which many programs send their key. */
const API_KEY_HEADER = "x-api-key";
/** Form of a key that is a token; some programs cannot do without a key where none is needed. */
const KEY_PATTERN = /^ *(dml[a-z]_\S*) *$/;

/** Returns true if a header of the request carries a token, valid or not. */
export function hasToken({ headers }: Pick<Request, "headers">): boolean {
  return headers.has("authorization") || keyIn(headers) !== null;
}

/**
 * Returns the token of a request: in `Authorization`, or else in `x-api-key`, or else in the cookie
 * of the page; `null` if there is none.
 */
export function presentedToken(request: Request): string | null {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return bearerToken(authorization);
  return keyIn(request.headers) ?? cookieToken(request);
}

function keyIn(headers: Headers): string | null {
  return KEY_PATTERN.exec(headers.get(API_KEY_HEADER) ?? "")?.[1] ?? null;
}

/** Returns the token in an `Authorization` header (RFC 6750), or `null` if there is none. */
export function bearerToken(header: string | null): string | null {
  return header?.match(/^bearer +(\S+) *$/i)?.[1] ?? null;
}

/**
 * Throws `forbidden` if the caller may use one gallery only, and it is not `gallery`; `null` stands
 * for no gallery.
 */
export function checkGallery(caller: Caller | null, gallery: string | null): void {
  if (caller?.role !== "people" || gallery === null || caller.gallery === gallery) return;
  throw new DmlError(
    "forbidden",
    `The token ${caller.name} is for the gallery ${caller.gallery}, not for ${gallery}.`,
    {
      advice: `Name that gallery with --gallery, or use a token for the other one.`,
    },
  );
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
