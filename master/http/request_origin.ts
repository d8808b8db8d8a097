import type { Context } from "hono";

/** Facts about a request that only the server knows. */
export interface RequestOrigin {
  /** Address that it came from; absent if it came from this process. */
  readonly remote?: string;
}

/** Function that answers requests, and is told where each came from. */
export type Handler = (request: Request, origin: RequestOrigin) => Response | Promise<Response>;

/** Returns the address that a request came from; `undefined` if it came from this process. */
export function remoteOf(context: Context): string | undefined {
  const origin: unknown = context.env;
  if (typeof origin !== "object" || origin === null || !("remote" in origin)) return undefined;
  return typeof origin.remote === "string" ? origin.remote : undefined;
}
