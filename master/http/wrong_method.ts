import type { Context, Hono } from "hono";
import { problemResponse } from "../../protocol/http/problem.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** Every method that some route takes. HEAD is answered wherever GET is. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/**
 * Returns the answer to a method that the requested path does not take: 405 with the methods that
 * it does take in `Allow` (RFC 9110, 15.5.6). Returns `null` if the path exists for no method.
 */
export function wrongMethodResponse(app: Hono, { req: { method, path } }: Context): Response | null {
  const allowed = METHODS.filter((method) => takes(app, { method: method === "HEAD" ? "GET" : method, path }));
  if (allowed.length === 0) return null;
  const error = new DmlError("request_invalid", `${path} does not take ${method}.`, {
    advice: `Use ${allowed.join(" or ")}.`,
  });
  const response = problemResponse(error, { status: 405 });
  response.headers.set("allow", allowed.join(", "));
  return response;
}

/**
 * Returns true if a route has exactly this method. Checks in front of all methods, such as the one
 * of tokens, do not count.
 */
function takes(app: Hono, { method, path }: { method: string; path: string }): boolean {
  const [matches] = app.router.match(method, path);
  return matches.some(([[_handler, route]]) => route.method === method);
}
