import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import { formatAddress } from "../../protocol/http_api/address.ts";
import type { ClusterClient } from "./cluster_client.ts";
import type { MasterChoice } from "../cli/master_choice.ts";
import { DEFAULT_MASTER } from "./default_master.ts";
import { HttpClusterClient } from "./http/cluster.ts";
import { MasterHttp } from "./http/master_http.ts";

const PROBE_TIMEOUT_MS = 500;

/**
 * Options of {@linkcode openMasterHttp}: the address of the master, and the retries of requests to
 * it.
 */
export interface OpenClusterOptions extends MasterChoice {
  readonly clock: Clock;
  readonly random: Random;
  /** Address if `master` is `null`; {@linkcode DEFAULT_MASTER} except in tests. */
  readonly defaultMaster?: Address;
  /** Called with each failure before the wait that precedes the next attempt. */
  readonly onRetry?: (refusal: DmlError) => void;
}

/**
 * Opens the HTTP interface of the named master, or of the default one on this machine. Sends
 * nothing yet.
 */
export function openMasterHttp(options: OpenClusterOptions): MasterHttp {
  return new MasterHttp({ ...options, address: addressOf(options) });
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
  const probe = isNamed ? {} : { answerTimeoutMs: PROBE_TIMEOUT_MS };
  const asked = new HttpClusterClient(new MasterHttp({ ...options, address, ...probe }));
  try {
    await asked.info();
    if (isNamed) return asked;
    await asked.close();
    return new HttpClusterClient(openMasterHttp(options));
  } catch (error) {
    await asked.close();
    if (isNamed || !(error instanceof DmlError) || error.code === "interrupted") throw error;
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
