import type { Context, Hono } from "hono";
import { problemResponse } from "../../protocol/http/problem.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** Those that some route of dml takes; HEAD is answered wherever GET is. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/**
 * The answer to a request by a method that its path does not take: 405 and `Allow`, which names those that it does (RFC 9110,
 * 15.5.6). Null where the path is nothing by any method.
 */
export function wrongMethodResponse(app: Hono, { req: { method, path } }: Context): Response | null {
  const allowed = METHODS.filter((method) => takes(app, { method: method === "HEAD" ? "GET" : method, path }));
  if (allowed.length === 0) return null;
  const error = new DmlError("request_invalid", `${path} takes no ${method}.`, {
    advice: `Use ${allowed.join(" or ")}.`,
  });
  const response = problemResponse(error, { status: 405 });
  response.headers.set("allow", allowed.join(", "));
  return response;
}

/** Whether there is a route. What is in front of routes of every method, like the check of tokens, is none. */
function takes(app: Hono, { method, path }: { method: string; path: string }): boolean {
  const [matches] = app.router.match(method, path);
  return matches.some(([[_handler, route]]) => route.method === method);
}
