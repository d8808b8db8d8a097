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

/** The master that a command names, and how it is asked. */
export interface OpenClusterOptions extends MasterChoice {
  readonly clock: Clock;
  readonly random: Random;
  /** The master if `master` is `null`; {@linkcode DEFAULT_MASTER} but in tests. */
  readonly defaultMaster?: Address;
  /** Called with each failure that is waited out. */
  readonly onRetry?: (refusal: DmlError) => void;
}

/**
 * Opens the HTTP interface of the named master, else of the one on this machine. Does not ask if it
 * is there.
 */
export function openMasterHttp(options: OpenClusterOptions): MasterHttp {
  return new MasterHttp({ ...options, address: addressOf(options) });
}

/**
 * Opens the cluster that pictures go to: the named master, which must answer
 * (`master_unreachable`); else the one on this machine; else, if none answers there, what
 * `openLocal` makes, after `announce` was told.
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
      : `What answers at ${place} is no master that this dml understands`;
    options.announce(`${why}; the pictures are looked at in this process.`);
    return await options.openLocal();
  }
}

function addressOf({ master, defaultMaster }: OpenClusterOptions): Address {
  return master ?? defaultMaster ?? DEFAULT_MASTER;
}
