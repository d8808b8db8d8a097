import { type ClusterInfo, clusterSchema } from "../../protocol/http_api/api.ts";
import { HttpOrigin } from "../../protocol/http/http_origin.ts";
import { DEFAULT_PORT, PATHS } from "../../protocol/http_api/paths.ts";
import { errorOfResponse } from "../../protocol/http/problem.ts";
import { isNoHttp, unreachableReason } from "../../protocol/http/unreachable.ts";
import { DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { MasterTrust } from "../../protocol/security/master_trust.ts";
import { tlsFailure } from "../../protocol/security/tls_failure.ts";
import { parseAs, z } from "../../protocol/schema.ts";

const RIGHT_PORT =
  `Check the address. The port is the first one that \`dml serve\` prints, ${DEFAULT_PORT} by default.`;

/** The part of a response that distinguishes a dml master from other servers that return JSON. */
const productSchema = z.looseObject({ product: z.literal("dml") });

/** Options of {@linkcode fetchClusterInfo}. */
interface LocateOptions {
  readonly signal: AbortSignal;
  /** `null` or absent for a master without TLS. */
  readonly trust?: MasterTrust;
}

/**
 * Fetches the facts about the cluster of the master at `baseUrl`, including the control port.
 * Throws `master_unreachable`, `master_untrusted`, `protocol_version` if something else answers
 * there, or the error of another failed response.
 */
export async function fetchClusterInfo(baseUrl: string, options: LocateOptions): Promise<ClusterInfo> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(LIMITS.dialMs)]);
  using origin = new HttpOrigin(baseUrl, { trust: () => options.trust ?? null });
  let response: Response;
  let body: unknown;
  try {
    response = await origin.send(PATHS.cluster, { signal, redirect: "error" });
    if (response.ok) body = await response.json();
  } catch (cause) {
    if (cause instanceof SyntaxError) throw notDml(baseUrl, { cause });
    if (isNoHttp(cause)) throw notHttp(baseUrl, cause);
    const untrusted = tlsFailure(cause, { name: new URL(baseUrl).host });
    if (untrusted !== null) throw untrusted;
    const reason = signal.aborted ? `it did not answer within ${LIMITS.dialMs / 1_000} s` : unreachableReason(cause);
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
