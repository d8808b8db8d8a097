import type { MasterHttp } from "./http/master_http.ts";

/**
 * Runs `work` and closes `http` afterwards, or as soon as `signal` aborts: its requests then end as
 * `interrupted`.
 */
export async function whileOpen(
  http: MasterHttp,
  { signal }: { signal: AbortSignal },
  work: () => Promise<number>,
): Promise<number> {
  const stop = () => http.close();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await work();
  } finally {
    signal.removeEventListener("abort", stop);
    http.close();
  }
}
