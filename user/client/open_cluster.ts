import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import { formatAddress } from "../../protocol/http_api/address.ts";
import type { ClusterClient } from "./cluster_client.ts";
import type { MasterChoice } from "../cli/master_choice.ts";
import { DEFAULT_MASTER } from "./default_master.ts";
import { HttpClusterClient } from "./http/cluster.ts";
import { HttpPeopleClient } from "./http/people.ts";
import type { PeopleClient } from "./people_client.ts";

const PROBE_TIMEOUT_MS = 500;

export interface OpenClusterOptions extends MasterChoice {
  readonly clock: Clock;
  readonly random: Random;
  /** Used if `master` is `null`; by default {@linkcode DEFAULT_MASTER}, in tests another. */
  readonly defaultMaster?: Address;
  /** Called with each failure that is waited out. */
  readonly onRetry?: (refusal: DmlError) => void;
}

/**
 * Opens the cluster of the named master, else of the one on this machine, without contacting it.
 */
export function openRemoteCluster(options: OpenClusterOptions): HttpClusterClient {
  const address = options.master ?? options.defaultMaster ?? DEFAULT_MASTER;
  return new HttpClusterClient({ ...options, address });
}

/** Opens a cluster and a client for its people. Closing the cluster ends the requests of both. */
export function openPeople(options: OpenClusterOptions): { cluster: ClusterClient; people: PeopleClient } {
  const address = options.master ?? options.defaultMaster ?? DEFAULT_MASTER;
  const cluster = new HttpClusterClient({ ...options, address });
  return { cluster, people: new HttpPeopleClient(cluster) };
}

/**
 * Opens the cluster that takes pictures: that of the named master, else that of the master on this
 * machine, else, if none answers there, the one that `openLocal` makes, after a call of `announce`.
 * Throws `master_unreachable` if a named master does not answer.
 */
export async function openClusterForPictures(
  options: OpenClusterOptions & {
    openLocal: () => Promise<ClusterClient>;
    announce: (sentence: string) => void;
  },
): Promise<ClusterClient> {
  const isNamed = options.master !== null;
  const address = options.master ?? options.defaultMaster ?? DEFAULT_MASTER;
  const probe = isNamed ? {} : { answerTimeoutMs: PROBE_TIMEOUT_MS };
  const asked = new HttpClusterClient({ ...options, address, ...probe });
  try {
    await asked.info();
    if (isNamed) return asked;
    await asked.close();
    return openRemoteCluster(options);
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
