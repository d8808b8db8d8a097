import { type ClusterInfo, clusterSchema } from "../../protocol/http_api/api.ts";
import { HttpOrigin } from "../../protocol/http/http_origin.ts";
import { DEFAULT_PORT, PATHS } from "../../protocol/http_api/paths.ts";
import { errorOfResponse } from "../../protocol/http/problem.ts";
import { isNoHttp, unreachableReason } from "../../protocol/http/unreachable.ts";
import { DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import { parseAs, z } from "../../protocol/schema.ts";

const ANSWER_TIMEOUT_MS = 5_000;
const RIGHT_PORT =
  `Check the address. The port is the first one that \`dml serve\` prints, ${DEFAULT_PORT} by default.`;

/** The part of a response that distinguishes a dml master from other servers that return JSON. */
const productSchema = z.looseObject({ product: z.literal("dml") });

/**
 * Fetches the facts about the cluster of the master at `baseUrl`, including the control port.
 * Throws `master_unreachable`, `protocol_version` if something else answers there, or the error of
 * another failed response.
 */
export async function fetchClusterInfo(baseUrl: string, options: { signal: AbortSignal }): Promise<ClusterInfo> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  using origin = new HttpOrigin(baseUrl);
  let response: Response;
  let body: unknown;
  try {
    response = await origin.send(PATHS.cluster, { signal, redirect: "error" });
    if (response.ok) body = await response.json();
  } catch (cause) {
    if (cause instanceof SyntaxError) throw notDml(baseUrl, { cause });
    if (isNoHttp(cause)) throw notHttp(baseUrl, cause);
    const reason = signal.aborted ? "it does not answer" : unreachableReason(cause);
    throw new DmlError("master_unreachable", `The master at ${baseUrl} cannot be reached: ${reason}.`, { cause });
  }
  // A reverse proxy also responds with 404 while its master is down.
  if (response.status === 404) {
    await response.body?.cancel();
    throw notDml(baseUrl, { code: "master_unreachable" });
  }
  if (!response.ok) throw await errorOfResponse(response, { what: baseUrl + PATHS.cluster });
  if (!productSchema.safeParse(body).success) throw notDml(baseUrl);
  return parseAs(clusterSchema, body, { what: `The response of ${baseUrl}`, code: "protocol_version" });
}

function notDml(baseUrl: string, { code = "protocol_version", cause }: { code?: ErrorCode; cause?: unknown } = {}) {
  return new DmlError(code, `The server at ${baseUrl} is not a dml master.`, { cause, advice: RIGHT_PORT });
}

function notHttp(baseUrl: string, cause: unknown): DmlError {
  const reason = `The server at ${baseUrl} does not speak HTTP; it may be the control port of a master.`;
  return new DmlError("protocol_version", reason, { cause, advice: RIGHT_PORT });
}
