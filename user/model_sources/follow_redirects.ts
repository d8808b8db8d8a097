import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Variable } from "./variable.ts";
import { proxyFor } from "./proxy.ts";
import { safeUrl } from "./model_source.ts";

const REDIRECTS_MAX = 6;
const REDIRECT_STATUSES: readonly number[] = [301, 302, 303, 307, 308];

/** The final response after all redirects, and the SHA-256 that one of the responses names. */
export interface Followed {
  readonly response: Response;
  /** 64 hexadecimal digits; `null` if no response names any. */
  readonly linkedSha256: string | null;
}

/**
 * Sends a GET request and follows its redirects, but only to URLs that {@linkcode safeUrl} accepts.
 * Throws `source_refused` for a redirect elsewhere or one too many, and the errors of `fetch`.
 */
export async function followRedirects(
  url: URL,
  { headers, signal, variable }: { headers: Headers; signal: AbortSignal; variable: Variable },
): Promise<Followed> {
  let at = url;
  let linkedSha256: string | null = null;
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    const response = await send(at, { headers, signal, variable });
    // If large files are stored elsewhere, the redirecting response also names their SHA-256.
    linkedSha256 ??= /^"?([0-9a-f]{64})"?$/.exec(response.headers.get("x-linked-etag") ?? "")?.[1] ?? null;
    const location = response.headers.get("location");
    if (!REDIRECT_STATUSES.includes(response.status) || location === null) return { response, linkedSha256 };
    await response.body?.cancel();
    at = nextStep(location, at);
  }
  throw new DmlError("source_refused", `${url} is redirected more than ${REDIRECTS_MAX} times.`);
}

/** Sends one request, through the proxy that the environment names for the server. */
async function send(
  url: URL,
  { headers, signal, variable }: { headers: Headers; signal: AbortSignal; variable: Variable },
): Promise<Response> {
  const proxy = proxyFor(url, variable);
  if (proxy === null) return await fetch(url, { headers, signal, redirect: "manual" });
  using client = Deno.createHttpClient({ proxy });
  // The body of the response can still be read when the client is closed.
  return await fetch(url, { headers, signal, redirect: "manual", client });
}

function nextStep(location: string, from: URL): URL {
  const next = URL.parse(location, from);
  try {
    return safeUrl(next ?? location);
  } catch (cause) {
    throw new DmlError(
      "source_refused",
      `${from.host} redirects to ${location.slice(0, 200)}, which may not be fetched.`,
      {
        cause,
      },
    );
  }
}
