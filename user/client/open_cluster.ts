import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import { formatAddress } from "../../protocol/http_api/address.ts";
import type { MasterTrust } from "../../protocol/security/master_trust.ts";
import { trustOf } from "../../protocol/security/trust.ts";
import type { ClusterClient } from "./cluster_client.ts";
import type { MasterChoice } from "../cli/access/master_choice.ts";
import { DEFAULT_MASTER } from "./default_master.ts";
import { HttpClusterClient } from "./http/cluster.ts";
import { MasterHttp } from "./http/master_http.ts";

const PROBE_TIMEOUT_MS = 500;
/** Errors after which the pictures are not recognised in this process: a master is there. */
const ENDING_CODES: readonly string[] = ["interrupted", "master_untrusted", "tls_required"] satisfies ErrorCode[];

/**
 * Options of {@linkcode openMasterHttp}: the address of the master, and the retries of requests to
 * it.
 */
export interface OpenClusterOptions extends MasterChoice {
  readonly clock: Clock;
  readonly random: Random;
  /** Ends the first request to the master. */
  readonly signal?: AbortSignal;
  /** Address if `master` is `null`; {@linkcode DEFAULT_MASTER} except in tests. */
  readonly defaultMaster?: Address;
  /** Time to wait for a master that went away; `LIMITS.outageMs` by default. */
  readonly outageMs?: number;
  /** Called with each failure before the wait that precedes the next attempt. */
  readonly onRetry?: (refusal: DmlError) => void;
}

/**
 * Opens the HTTP interface of the named master, or of the default one on this machine. Sends
 * nothing secret. Throws `master_unreachable`, `master_untrusted` or `tls_required`.
 */
export async function openMasterHttp(options: OpenClusterOptions): Promise<MasterHttp> {
  const address = addressOf(options);
  return new MasterHttp({ ...options, watchesLine: true, address, trust: await recognise(options) });
}

/** Returns by which certificate the master is recognised. Throws as {@linkcode openMasterHttp} does. */
export function recognise(options: OpenClusterOptions): Promise<MasterTrust> {
  return trustOf({ ...options, address: addressOf(options) });
}

/**
 * Opens the cluster for a `predict`: the named master, or else the one on this machine, or else, if
 * none answers there, a cluster in this process, which `announce` reports. Throws
 * `master_unreachable` if a named master does not answer.
 */
export async function openClusterForPictures(
  options: OpenClusterOptions & {
    openLocal: () => Promise<ClusterClient>;
    announce: (sentence: string) => void;
  },
): Promise<ClusterClient> {
  const isNamed = options.master !== null;
  const address = addressOf(options);
  const timeoutMs = isNamed ? undefined : PROBE_TIMEOUT_MS;
  let asked: HttpClusterClient | null = null;
  try {
    const trust = await trustOf({ ...options, address, timeoutMs });
    asked = new HttpClusterClient(
      new MasterHttp({ ...options, watchesLine: true, address, trust, answerTimeoutMs: timeoutMs }),
    );
    await asked.info();
    if (isNamed) return asked;
    await asked.close();
    return new HttpClusterClient(new MasterHttp({ ...options, watchesLine: true, address, trust }));
  } catch (error) {
    await asked?.close();
    if (isNamed || !(error instanceof DmlError) || ENDING_CODES.includes(error.code)) throw error;
    const place = formatAddress(address);
    const why = error.code === "master_unreachable"
      ? `No master answers at ${place}`
      : `The server at ${place} is not a master that this dml understands`;
    options.announce(`${why}; the pictures are recognised in this process.`);
    return await options.openLocal();
  }
}

function addressOf({ master, defaultMaster }: OpenClusterOptions): Address {
  return master ?? defaultMaster ?? DEFAULT_MASTER;
}
