import { type ClusterInfo, clusterSchema } from "../protocol/http/api.ts";
import { PATHS } from "../protocol/http/paths.ts";
import { errorOfResponse } from "../protocol/http/problem.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import { parseAs } from "../protocol/schema.ts";

const ANSWER_TIMEOUT_MS = 5_000;

/**
 * What the master at `baseUrl` says of its cluster, the control port among it.
 * Throws `master_unreachable`, or `protocol_version` when something else answers there.
 */
export async function askCluster(baseUrl: string, options: { signal: AbortSignal }): Promise<ClusterInfo> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  const url = baseUrl + PATHS.cluster;
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, { signal, redirect: "error" });
    if (response.ok) body = await response.json();
  } catch (cause) {
    if (cause instanceof SyntaxError) throw noDml(baseUrl, cause);
    const reason = signal.aborted ? "it does not answer" : "nobody answers there";
    throw new DmlError("master_unreachable", `The master at ${baseUrl} cannot be reached: ${reason}.`, { cause });
  }
  if (!response.ok) throw await errorOfResponse(response, { what: url });
  return parseAs(clusterSchema, body, { what: `What ${baseUrl} answered`, code: "protocol_version" });
}

function noDml(baseUrl: string, cause: SyntaxError): DmlError {
  return new DmlError("protocol_version", `What answers at ${baseUrl} is no master of dml.`, {
    cause,
    advice: "Check the address; the port is the one that `dml serve` prints first.",
  });
}
