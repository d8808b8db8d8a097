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
  /** Looked at when `master` is null; another one than {@linkcode DEFAULT_MASTER} in tests. */
  readonly defaultMaster?: Address;
  /** Hears of each refusal that is waited out. */
  readonly onRefused?: (refusal: DmlError) => void;
}

/** The cluster of the master that was named, else of the one on this machine. Does not ask whether it is there. */
export function openRemoteCluster(options: OpenClusterOptions): HttpClusterClient {
  const address = options.master ?? options.defaultMaster ?? DEFAULT_MASTER;
  return new HttpClusterClient({ ...options, address });
}

/** The same for whoever looks after people: both speak to one master. Closing the cluster ends what either has under way. */
export function openPeople(options: OpenClusterOptions): { cluster: ClusterClient; people: PeopleClient } {
  const address = options.master ?? options.defaultMaster ?? DEFAULT_MASTER;
  const cluster = new HttpClusterClient({ ...options, address });
  return { cluster, people: new HttpPeopleClient(cluster) };
}

/**
 * Where pictures go: to the master that was named, which must answer (`master_unreachable`); else to the one on this
 * machine; else, when none answers there, to what `openLocal` makes, after `announce` was told.
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
